export type {
  ConsumeOptions,
  Consumer,
  JobContext,
  JobCounts,
  JobEnded,
  JobFailure,
  JobHandler,
  JobQueue,
} from "./job-queue.ts";
export { HandBackError } from "./job-queue.ts";
export { compareKeys, decodeKey, displayKey, encodeKey, isDecodable } from "./key.ts";
export type {
  CsvJob,
  FeaturesJob,
  FitJob,
  Job,
  JobResult,
  MomentsJob,
  ProjectJob,
  QueueName,
} from "./messages.ts";
export type { GetOptions, ListOptions, ObjectBody, ObjectEntry, ObjectStore } from "./object-store.ts";
export { ChangedObjectError, MissingObjectError, ObjectTooLargeError, StoreUnavailableError } from "./store-errors.ts";
export type { Histogram, Stage, StageTimes } from "./telemetry.ts";
export { addStageTimes, bucketBounds, emptyHistogram, observe, quantile, stages } from "./telemetry.ts";
