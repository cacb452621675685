import {
  type FeaturesJob,
  type Job,
  type JobResult,
  type OpenRun,
  PomonaError,
  type ReportJob,
  type RetryJob,
  type RunOpener,
} from "@pomona/core";
import { computeMoments } from "./compute-moments.ts";
import { fitModel } from "./fit-model.ts";
import { makeBundle } from "./make-bundle.ts";
import { measureDrift } from "./measure-drift.ts";
import { previewVariance } from "./preview-variance.ts";
import { projectPart } from "./project-part.ts";
import { restoreShards } from "./restore-shards.ts";
import { compareModels, trainModel } from "./train-model.ts";
import { writeCsv } from "./write-csv.ts";

/** The jobs of queue `reduce` that are done here: a report is made by who can draw. */
export type ReduceJob = Exclude<Job, FeaturesJob | RetryJob | ReportJob>;

export interface ReduceOptions {
  /** Threads of a child's matrix products. They change no number. Default 1. */
  readonly threads?: number;
  /** How long the store may fail while a streamed file is written. Default: as the run wants it. */
  readonly giveUpAfterMs?: number;
}

type Handler<J extends ReduceJob> = (job: J, run: OpenRun, options: ReduceOptions) => Promise<JobResult>;

const handlers: { readonly [Kind in ReduceJob["kind"]]: Handler<Extract<ReduceJob, { kind: Kind }>> } = {
  restore: restoreShards,
  moments: computeMoments,
  preview: previewVariance,
  fit: fitModel,
  project: projectPart,
  train: trainModel,
  compare: compareModels,
  bundle: makeBundle,
  drift: measureDrift,
  csv: writeCsv,
};

/** Does one job in this process, blocking its thread. Doing it again is harmless. */
export async function runReduceJob(job: Job, openRun: RunOpener, options: ReduceOptions = {}): Promise<JobResult> {
  if (!isReduceJob(job)) {
    throw new PomonaError("unknown-job", `a reducer has no handler for jobs of kind ${job.kind}`, {
      remedy: "Run the same version of Pomona in every role.",
    });
  }
  const handle = handlers[job.kind] as Handler<ReduceJob>;
  const run = await openRun(job.run);
  return handle(job, run, { giveUpAfterMs: run.settings.giveUpAfter * 1000, ...options });
}

function isReduceJob(job: Job): job is ReduceJob {
  return Object.hasOwn(handlers, job.kind);
}
