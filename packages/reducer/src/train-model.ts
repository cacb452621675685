import { type CompareJob, type JobResult, type OpenRun, runLayout, type TrainJob } from "@pomona/core";
import { bundleNames, compareOnTable, lastTrained, trainClassifiers } from "@pomona/model";
import { trainingTable } from "./training-table.ts";

/**
 * What classifies new images, from the rows of a generation. A given model has it from the beginning. Memory: the
 * reference set, whatever the table; twice that from shards.
 */
export async function trainModel({ generation, rows }: TrainJob, run: OpenRun): Promise<JobResult> {
  const { modelFile } = runLayout(run.file.run).generation(generation);
  if ((await run.out.stat(modelFile(lastTrained))) !== undefined) return nothing;
  const files = await trainClassifiers(await trainingTable(run, generation, rows));
  for (const [name, bytes] of files) await run.out.putIfAbsent(modelFile(name), bytes);
  return nothing;
}

/** How well each classifier does, from the rows of a generation; beside {@link trainModel}, which takes as long. */
export async function compareModels({ generation, rows }: CompareJob, run: OpenRun): Promise<JobResult> {
  const key = runLayout(run.file.run).generation(generation).modelFile(bundleNames.classifiers);
  if ((await run.out.stat(key)) !== undefined) return nothing;
  await run.out.putIfAbsent(key, await compareOnTable(await trainingTable(run, generation, rows)));
  return nothing;
}

const nothing: JobResult = { rows: 0, quarantined: 0, decoded: 0 };
