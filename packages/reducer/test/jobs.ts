import type { CsvJob, FitJob, MomentsJob, ProjectJob } from "@pomona/core";
import { run } from "./synthetic-run.ts";

const base = { id: "job", run, priority: 0, generation: 1 };

export const momentsJob = (job: Partial<MomentsJob>): MomentsJob => ({
  ...base,
  kind: "moments",
  group: 0,
  from: 0,
  to: 1,
  ...job,
});
export const fitJob = (job: Partial<FitJob> = {}): FitJob => ({ ...base, kind: "fit", groups: 1, ...job });
export const projectJob = (job: Partial<ProjectJob>): ProjectJob => ({
  ...base,
  kind: "project",
  part: 0,
  from: 0,
  to: 1,
  ...job,
});
export const csvJob = (job: Partial<CsvJob> = {}): CsvJob => ({
  ...base,
  kind: "csv",
  part: 0,
  flavour: "compact",
  ...job,
});
