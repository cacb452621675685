import type { StageTimes } from "./telemetry.ts";

/** The messages that cross the queue. All of them are pointers into the store: under 300 bytes, no keys, no pixels. */
export type QueueName = "features" | "reduce";

export type Job =
  | FeaturesJob
  | RetryJob
  | RestoreJob
  | MomentsJob
  | PreviewJob
  | FitJob
  | ProjectJob
  | TrainJob
  | CompareJob
  | BundleJob
  | DriftJob
  | CsvJob
  | ReportJob;

interface JobBase {
  /** Unique while the job waits or runs: run, what it makes, and the epoch that asked for it. */
  readonly id: string;
  readonly run: string;
  /** Lower is served first: the run's virtual time, so that a small run does not wait behind a big one. */
  readonly priority: number;
}

/** One batch of images to one shard. */
export interface FeaturesJob extends JobBase {
  readonly kind: "features";
  readonly batch: number;
}

/** Quarantined images of one batch, as the generation's request chooses them, to one retried shard. */
export interface RetryJob extends JobBase {
  readonly kind: "retry";
  readonly generation: number;
  readonly batch: number;
}

/** A part of the table of `generation`, which holds batches `from` to `to` (exclusive), back to their shards. */
export interface RestoreJob extends JobBase {
  readonly kind: "restore";
  readonly generation: number;
  readonly part: number;
  readonly from: number;
  readonly to: number;
}

/** The shards of consecutive batches `from` (inclusive) to `to` (exclusive) to one file of moments. */
export interface MomentsJob extends JobBase {
  readonly kind: "moments";
  readonly generation: number;
  readonly group: number;
  readonly from: number;
  readonly to: number;
}

/** The moments of the first groups to the variance that components of their images explain: to be looked at, not kept. */
export interface PreviewJob extends JobBase {
  readonly kind: "preview";
  readonly generation: number;
  readonly groups: number;
}

/** All moments of a generation to its model. */
export interface FitJob extends JobBase {
  readonly kind: "fit";
  readonly generation: number;
  readonly groups: number;
}

/** The shards of batches `from` to `to` (exclusive) to one part of the table. */
export interface ProjectJob extends JobBase {
  readonly kind: "project";
  readonly generation: number;
  readonly part: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Where the rows of a generation are read to train with: the parts of its table once they are made, or, while they are
 * being made, its shards, all of them in memory.
 */
export type TrainingRowsSource = { readonly parts: number } | { readonly batches: number };

/** The rows of a generation to what classifies new images: files below `model/`. */
export interface TrainJob extends JobBase {
  readonly kind: "train";
  readonly generation: number;
  readonly rows: TrainingRowsSource;
}

/** The rows of a generation to how well each classifier does: `model/classifiers.json`. */
export interface CompareJob extends JobBase {
  readonly kind: "compare";
  readonly generation: number;
  readonly rows: TrainingRowsSource;
}

/** All files below `model/` to `bundle.json`, which says that they belong together. */
export interface BundleJob extends JobBase {
  readonly kind: "bundle";
  readonly generation: number;
}

/** How far the images of an update moved away from the model that it was begun with. */
export interface DriftJob extends JobBase {
  readonly kind: "drift";
  readonly generation: number;
  readonly groups: number;
}

/** One part of the table to its rows of CSV. */
export interface CsvJob extends JobBase {
  readonly kind: "csv";
  readonly generation: number;
  readonly part: number;
  readonly flavour: "compact" | "full";
}

/** The finished result of a generation to its report. */
export interface ReportJob extends JobBase {
  readonly kind: "report";
  readonly generation: number;
}

export interface JobResult {
  /** Rows made by the job (features, moments, project, csv) or looked at (preview), or kept components (fit). */
  readonly rows: number;
  /** Images that the job put into quarantine. */
  readonly quarantined: number;
  /** Images decoded by this attempt: 0 when the result was already in the store. */
  readonly decoded: number;
  /** Cumulative seconds and counts per stage of this job. */
  readonly stages?: StageTimes;
  /** Of a preview: the shares of variance that the first components explain, ten at most. */
  readonly explainedVariance?: readonly number[];
}
