import { expect, test } from "vitest";
import { computeMoments } from "../src/compute-moments.ts";
import { fitModel, readModel } from "../src/fit-model.ts";
import { runReduceJob } from "../src/run-reduce-job.ts";
import { fitJob, momentsJob } from "./jobs.ts";
import { writeSyntheticRun } from "./synthetic-run.ts";

const preview = { id: "job", priority: 0, generation: 1, kind: "preview" } as const;

test("of all groups is what the fit explains, of some what these alone do, and nothing is written", async () => {
  const run = await writeSyntheticRun({ batches: [30, 20, 10] });
  await computeMoments(momentsJob({ to: 1 }), run.open);
  await computeMoments(momentsJob({ group: 1, from: 1, to: 3 }), run.open);
  const before = await keysOf(run.out);
  const job = { ...preview, run: run.open.file.run };
  const part = await runReduceJob({ ...job, groups: 1 }, async () => run.open);
  const whole = await runReduceJob({ ...job, groups: 2 }, async () => run.open);
  expect(await keysOf(run.out)).toEqual(before);
  expect([part.rows, whole.rows]).toEqual([30, 60]);
  expect(part.explainedVariance).not.toEqual(whole.explainedVariance);
  // One of the six columns is constant.
  expect(whole.explainedVariance).toHaveLength(5);
  await fitModel(fitJob({ groups: 2 }), run.open);
  const { explainedVariance } = await readModel(run.open, 1);
  for (const [i, share] of explainedVariance.entries()) expect(whole.explainedVariance?.[i]).toBeCloseTo(share, 4);
});

test("is refused where a group has no moments yet", async () => {
  const run = await writeSyntheticRun({ batches: [30, 20] });
  await computeMoments(momentsJob({ to: 1 }), run.open);
  const job = { ...preview, run: run.open.file.run, groups: 2 };
  await expect(runReduceJob(job, async () => run.open)).rejects.toMatchObject({ code: "missing-moments" });
});

async function keysOf(store: { list(): AsyncIterable<{ readonly key: string }> }): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list()) keys.push(key);
  return keys;
}
