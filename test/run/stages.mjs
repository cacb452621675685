import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addToTally, readTally, sumOf } from "./tally.mjs";

/**
 * Runs stages one after the other, also after one that failed, unless nothing could be learned without it (`isBase`).
 * Prints the seconds of each, and last `41 passed, 1 failed`: tests by the count of their runners, a stage without tests
 * as one. A test that was skipped is a failure where CI=true. Returns the exit code.
 */
export async function runStages(stages, { env = process.env, missing = [] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "pomona-tally-"));
  const rows = [];
  try {
    for (const [i, { name, command, isBase = false }] of stages.entries()) {
      console.log(`\n=== ${name}`);
      const startedAt = performance.now();
      const tallyFile = join(folder, `${i}.jsonl`);
      const code = await run(command, { ...env, TEST_TALLY: tallyFile });
      const seconds = Math.round((performance.now() - startedAt) / 1000);
      rows.push({ name, seconds, ...countsOf(code, readTally(tallyFile)) });
      console.log(`=== ${name}: ${seconds} s${code === 0 ? "" : `, FAILED (${code})`}`);
      if (isBase && code !== 0) break;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return conclude(rows, missing, env);
}

/** What a stage counts for: its exit code has the last word. */
function countsOf(code, { passed, failed, skipped } = { passed: code === 0 ? 1 : 0, failed: 0, skipped: 0 }) {
  return { passed, failed: code !== 0 && failed === 0 ? 1 : failed, skipped };
}

function conclude(rows, missing, env) {
  console.log("");
  for (const { name, seconds, passed, failed, skipped } of rows) {
    const more = skipped > 0 ? `, ${skipped} skipped` : "";
    console.log(`${`${seconds} s`.padStart(7)}  ${name}: ${passed} passed, ${failed} failed${more}`);
  }
  for (const line of missing) console.log(`SKIPPED: ${line}`);
  const total = sumOf(rows);
  // The tests of what is missing are counted as skipped already, if they could be counted at all.
  const skipped = Math.max(total.skipped, missing.length);
  const isStrict = env.CI === "true";
  const failed = total.failed + (isStrict ? skipped : 0);
  if (skipped > 0) console.log(`${skipped} skipped${isStrict ? ", which is a failure where CI=true" : ""}`);
  addToTally({ passed: total.passed, failed, skipped: isStrict ? 0 : skipped });
  console.log(`${total.passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** The exit code, or the signal that ended it. */
function run([program, ...parameters], env) {
  return new Promise((resolve) => {
    const child = spawn(program, parameters, { env, stdio: ["ignore", "inherit", "inherit"] });
    child.once("error", ({ message }) => resolve(message));
    child.once("close", (code, signal) => resolve(code ?? signal));
  });
}
