import type { BundleJob, CompareJob, TrainJob } from "@pomona/core";
import { readBundle } from "@pomona/model";
import { expect, test } from "vitest";
import { runReduceJob } from "../src/run-reduce-job.ts";
import { fitJob, momentsJob, projectJob } from "./jobs.ts";
import { run as runId, writeSyntheticRun } from "./synthetic-run.ts";

const base = { run: runId, priority: 0, generation: 1 };
const train: TrainJob = { ...base, kind: "train", id: "t", rows: { parts: 1 } };
const compare: CompareJob = { ...base, kind: "compare", id: "c", rows: { parts: 1 } };
const bundle: BundleJob = { ...base, kind: "bundle", id: "b" };

async function projectedRun() {
  const run = await writeSyntheticRun({ batches: [40] });
  for (const job of [momentsJob({}), fitJob(), projectJob({})]) await runReduceJob(job, run.openRun);
  return run;
}

async function modelFiles({ out, layout }: Awaited<ReturnType<typeof projectedRun>>) {
  const prefix = layout.generation(1).modelFile("");
  const files = new Map<string, string>();
  for await (const { key } of out.list({ prefix })) {
    files.set(key.slice(prefix.length), Buffer.from(await out.get(key)).toString("base64"));
  }
  return files;
}

test("training and comparing, in any order, and a seal make the files of a model", async () => {
  const [one, other] = [await projectedRun(), await projectedRun()];
  for (const job of [compare, train, bundle]) await runReduceJob(job, one.openRun);
  for (const job of [train, compare, bundle]) await runReduceJob(job, other.openRun);
  expect(await modelFiles(one)).toEqual(await modelFiles(other));
  const model = await readBundle(one.out, one.layout.generation(1).modelFile(""));
  expect(model?.file.files.map(({ name }) => name).sort()).toEqual(
    [...(await modelFiles(one)).keys()].filter((name) => name !== "bundle.json").sort(),
  );
  expect(model?.reference.paths.length).toBe(40);
});

test("the shards give the same files as the table that is made of them", async () => {
  const batches = [1500, 0, 40, 3];
  const quarantined = ["0:7", "2:0"];
  const [fromParts, fromShards] = await Promise.all(
    [batches, batches].map((sizes) => writeSyntheticRun({ batches: sizes, quarantined })),
  );
  const range = { from: 0, to: batches.length };
  for (const { openRun } of [fromParts, fromShards]) {
    for (const job of [momentsJob(range), fitJob()]) await runReduceJob(job, openRun);
  }
  const rows = { batches: batches.length };
  for (const job of [
    { ...compare, rows },
    { ...train, rows },
  ])
    await runReduceJob(job, fromShards.openRun);
  for (const job of [projectJob(range), train, compare]) await runReduceJob(job, fromParts.openRun);
  const files = await modelFiles(fromShards);
  expect([...files.keys()]).toContain("classifiers.json");
  expect(files).toEqual(await modelFiles(fromParts));
});

test("done again they change nothing", async () => {
  const run = await projectedRun();
  for (const job of [train, compare, bundle]) await runReduceJob(job, run.openRun);
  const before = await modelFiles(run);
  for (const job of [train, compare, bundle]) await runReduceJob(job, run.openRun);
  expect(await modelFiles(run)).toEqual(before);
});

test("nothing is sealed before all is there, and nothing trained before the table is", async () => {
  const run = await writeSyntheticRun({ batches: [40] });
  for (const job of [momentsJob({}), fitJob()]) await runReduceJob(job, run.openRun);
  await expect(runReduceJob(train, run.openRun)).rejects.toMatchObject({ code: "missing-part" });
  await expect(runReduceJob(compare, run.openRun)).rejects.toMatchObject({ code: "missing-part" });
  await runReduceJob(projectJob({}), run.openRun);
  await runReduceJob(train, run.openRun);
  await expect(runReduceJob(bundle, run.openRun)).rejects.toThrow("classifiers.json is not made yet");
});
