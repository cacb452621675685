// What runners count: each adds a line to the file that TEST_TALLY names, `{"passed": 41, "failed": 1, "skipped": 2}`.
import { appendFileSync, existsSync, readFileSync } from "node:fs";

const none = { passed: 0, failed: 0, skipped: 0 };

/** Does nothing where nobody counts. */
export function addToTally(counts, file = process.env.TEST_TALLY) {
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(counts)}\n`);
}

/** The sum of a file's lines; undefined where no runner wrote one. */
export function readTally(file) {
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, "utf8").trim().split("\n");
  return sumOf(lines.map((line) => JSON.parse(line)));
}

export function sumOf(tallies) {
  const kinds = Object.keys(none);
  return Object.fromEntries(kinds.map((kind) => [kind, tallies.reduce((sum, tally) => sum + (tally[kind] ?? 0), 0)]));
}
