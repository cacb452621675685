import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { redisServer } from "../support/redis.ts";
import { versitygw } from "../support/versitygw.ts";
import { allFaults } from "./all-faults.ts";
import { formatRow, hasPassed, readRows, writeRows } from "./results.ts";
import { Stage } from "./stage.ts";
import { tryFault } from "./try-fault.ts";

// What dies, and what becomes of the result: `npm run faults [-- --only F1,F2 --trials 5 --quick --resume]`.
// A row a fault; ends with an exit code other than 0 unless every table was that of the undisturbed run.

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    trials: { type: "string" },
    quick: { type: "boolean", default: false },
    resume: { type: "boolean", default: false },
    results: { type: "string" },
  },
});
const missing = [...(redisServer ? [] : ["redis-server"]), ...(versitygw ? [] : ["versitygw"])];
if (missing.length > 0) throw new Error(`${missing.join(" and ")} not here: npm run check says how to get them`);

const { quick } = values;
const committed = fileURLToPath(new URL("results.json", import.meta.url));
const file = values.results ?? (quick ? undefined : committed);
const wanted = values.only?.toUpperCase().split(",");
const unknown = wanted?.filter((id) => !allFaults.some((fault) => fault.id === id)) ?? [];
if (unknown.length > 0)
  throw new Error(`there is no ${unknown.join()}; there are ${allFaults.map(({ id }) => id).join()}`);

const startedAt = performance.now();
const rows = file === undefined ? [] : await readRows(file);
const done = values.resume ? rows.filter((row) => row.skipped === undefined && hasPassed(row)).map(({ id }) => id) : [];
const stage = await Stage.open();
let failed = 0;
let passed = 0;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void stage.close().finally(() => process.exit(130)));
}
try {
  console.log(`an undisturbed run in one process takes ${stage.referenceSeconds.toFixed(1)} s`);
  for (const fault of allFaults) {
    if (wanted !== undefined && !wanted.includes(fault.id)) continue;
    const trials = values.trials === undefined ? (quick ? fault.quickTrials : fault.trials) : Number(values.trials);
    if (trials === undefined || done.includes(fault.id)) continue;
    const row = await tryFault(stage, fault, { trials, quick });
    console.log(formatRow(row));
    if (row.skipped === undefined) {
      if (hasPassed(row)) passed += 1;
      else failed += 1;
    }
    if (file === undefined) continue;
    const at = rows.findIndex(({ id }) => id === row.id);
    rows.splice(at < 0 ? rows.length : at, at < 0 ? 0 : 1, row);
    await writeRows(file, rows);
  }
} finally {
  await stage.close();
}
const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
console.log(`${passed} passed, ${failed} failed in ${seconds} s`);
process.exit(failed === 0 ? 0 : 1);
