import { type CompareJob, type JobResult, type OpenRun, runLayout, type TrainJob } from "@pomona/core";
import { bundleNames, compareOnTable, lastTrained, trainClassifiers } from "@pomona/model";
import { trainingTable } from "./training-table.ts";

/**
 * What classifies new images, from the parts of a generation. A given model has it from the beginning. Memory: the
 * reference set, whatever the table.
 */
export async function trainModel({ generation, parts }: TrainJob, run: OpenRun): Promise<JobResult> {
  const { modelFile } = runLayout(run.file.run).generation(generation);
  if ((await run.out.stat(modelFile(lastTrained))) !== undefined) return nothing;
  const files = await trainClassifiers(await trainingTable(run, generation, parts));
  for (const [name, bytes] of files) await run.out.putIfAbsent(modelFile(name), bytes);
  return nothing;
}

/** How well each classifier does, from the parts of a generation; beside {@link trainModel}, which takes as long. */
export async function compareModels({ generation, parts }: CompareJob, run: OpenRun): Promise<JobResult> {
  const key = runLayout(run.file.run).generation(generation).modelFile(bundleNames.classifiers);
  if ((await run.out.stat(key)) !== undefined) return nothing;
  await run.out.putIfAbsent(key, await compareOnTable(await trainingTable(run, generation, parts)));
  return nothing;
}

const nothing: JobResult = { rows: 0, quarantined: 0, decoded: 0 };
