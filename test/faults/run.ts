import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { addToTally } from "../run/tally.mjs";
import { redisServer } from "../support/redis.ts";
import { versitygw } from "../support/versitygw.ts";
import { allFaults } from "./all-faults.ts";
import type { Fault } from "./fault.ts";
import { type FaultRow, formatRow, hasPassed, readRows, writeRows } from "./results.ts";
import { Theatre } from "./theatre.ts";
import { tryFault } from "./try-fault.ts";
import { Turns } from "./turns.ts";

// What dies, and what becomes of the result: `npm run faults [-- --only F1,F2 --trials 5 --quick --resume]`. Each trial is
// kept as it ends; --resume goes on with what is missing and what did not pass.
// A row a fault; ends with an exit code other than 0 unless every table was that of the undisturbed run.

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    trials: { type: "string" },
    quick: { type: "boolean", default: false },
    resume: { type: "boolean", default: false },
    results: { type: "string" },
    /** Trials at once. */
    jobs: { type: "string" },
  },
});
const missing = [...(redisServer ? [] : ["redis-server"]), ...(versitygw ? [] : ["versitygw"])];
if (missing.length > 0) throw new Error(`${missing.join(" and ")} not here: npm run check says how to get them`);

const { quick } = values;
/** The quick part runs anywhere, at any load: what it judges is exactness. */
const patience = quick ? 4 : 1;
process.env.TEST_PATIENCE ??= String(patience);
const committed = fileURLToPath(new URL("results.json", import.meta.url));
const file = values.results ?? (quick ? undefined : committed);
const wanted = values.only?.toUpperCase().split(",");
const unknown = wanted?.filter((id) => !allFaults.some((fault) => fault.id === id)) ?? [];
if (unknown.length > 0)
  throw new Error(`there is no ${unknown.join()}; there are ${allFaults.map(({ id }) => id).join()}`);

const startedAt = performance.now();
let rows = file === undefined ? [] : await readRows(file);
const turns = new Turns(Number(values.jobs ?? (quick ? 3 : 1)));
const theatre = await Theatre.open();
const counts = { passed: 0, failed: 0, skipped: 0 };
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void Promise.race([theatre.close(), sleep(5000)]).finally(() => process.exit(130)));
}
try {
  console.log(`an undisturbed run in one process takes ${theatre.referenceSeconds.toFixed(1)} s`);
  const chosen = allFaults.filter(({ id }) => wanted?.includes(id) ?? true);
  await Promise.all(chosen.map((fault) => tryAndTell(fault)));
} finally {
  await theatre.close();
}
const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
console.log(`${counts.passed} passed, ${counts.failed} failed in ${seconds} s`);
addToTally(counts);
process.exit(counts.failed === 0 ? 0 : 1);

async function tryAndTell(fault: Fault): Promise<void> {
  const trials = trialsOf(fault);
  if (trials === undefined) return;
  const before = values.resume ? rows.find(({ id }) => id === fault.id) : undefined;
  if (before !== undefined && hasPassed(before) && before.tried >= trials) return;
  const earlier = before?.trials ?? [];
  const row = await tryFault(theatre, fault, { trials, quick, patience, turns, earlier, onRow: keep });
  keep(row);
  console.log(formatRow(row));
  if (row.skipped !== undefined) counts.skipped += 1;
  else if (hasPassed(row)) counts.passed += 1;
  else counts.failed += 1;
}

/** Undefined where the fault is not part of this session. */
function trialsOf({ trials, quickTrials }: Fault): number | undefined {
  if (values.trials !== undefined) return Number(values.trials);
  return quick ? quickTrials : trials;
}

function keep(row: FaultRow): void {
  if (file === undefined) return;
  const order = allFaults.map(({ id }) => id);
  rows = [...rows.filter(({ id }) => id !== row.id), row].sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
  writeRows(file, rows);
}
