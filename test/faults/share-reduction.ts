import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { makeScratch } from "../support/scratch.ts";
import { differences, reduceInPool, writeTemplate } from "../support/shared-reduction.ts";

// `npm run faults:reducers`: 1,000 shards of 256 rows reduced by one reducer, by three, and by three of which one is killed
// -9. Each of the three must do its share, and all results must be the same, byte for byte.

const { values } = parseArgs({
  options: { shards: { type: "string", default: "1000" }, dimension: { type: "string", default: "1280" } },
});
const leastShare = 0.2;

const scratch = await makeScratch("reducers");
const template = await writeTemplate(join(scratch, "template"), {
  shards: Number(values.shards),
  dimension: Number(values.dimension),
});
const cases = [
  { name: "1 reducer", reducers: 1 },
  { name: "3 reducers", reducers: 3 },
  { name: "3 reducers, one killed", reducers: 3, kill: true },
];
const wrong: string[] = [];
let reference: Awaited<ReturnType<typeof reduceInPool>> | undefined;
for (const { name, ...options } of cases) {
  const folder = join(scratch, name);
  await mkdir(folder);
  const reduction = await reduceInPool(template, { scratch: folder, ...options });
  reference ??= reduction;
  const { groups, seconds } = reduction;
  const different = differences(reference, reduction);
  const total = groups.reduce((sum, n) => sum + n, 0);
  const verdict = different.length === 0 ? "the same bytes" : `different: ${different.join(", ")}`;
  console.log(`${name}: groups ${groups.join(" + ")}, ${seconds.toFixed(0)} s, ${verdict}`);
  if (different.length > 0) wrong.push(name);
  if (options.kill !== true && groups.some((n) => n < leastShare * total)) wrong.push(`${name}: shares ${groups}`);
}
console.log(wrong.length === 0 ? "passed" : `FAILED: ${wrong.join("; ")}`);
process.exit(wrong.length === 0 ? 0 : 1);
