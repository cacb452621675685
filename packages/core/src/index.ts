export type { Batch, ListedImage } from "./batch.ts";
export { batchCapacity, batchHash, decodeBatch, encodeBatch } from "./batch.ts";
export { type BundleFile, decodeBundleFile } from "./bundle-file.ts";
export { type CsvFlavour, csvHeader } from "./csv-header.ts";
export { type Drift, decodeDrift, decodeFreshImages, type FreshImages } from "./drift-file.ts";
export { BooksError, exitCodes, PomonaError, UsageError } from "./errors.ts";
export type { Fingerprint } from "./fingerprint.ts";
export { fingerprintDifferences, fingerprintHash } from "./fingerprint.ts";
export type { BatchRange } from "./groups.ts";
export { groupBatches, partitionBatches } from "./groups.ts";
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
export { HandBackError, QueueAwayError } from "./job-queue.ts";
export { compareKeys, decodeKey, displayKey, encodeKey, isDecodable } from "./key.ts";
export type { LabelRule } from "./label.ts";
export { labelFromPattern, noLabel, parentFolder } from "./label.ts";
export { deletableNames, homeLayout, ordinalOf, outputLayout, runLayout } from "./layout.ts";
export type { LogEntry, LogState, Owner } from "./log-entry.ts";
export { mergeShards, withVersions } from "./merge-shards.ts";
export type {
  BundleJob,
  CompareJob,
  CsvJob,
  DriftJob,
  FeaturesJob,
  FitJob,
  Job,
  JobResult,
  MomentsJob,
  PreviewJob,
  ProjectJob,
  QueueName,
  ReportJob,
  RestoreJob,
  RetryJob,
  TrainingRowsSource,
  TrainJob,
} from "./messages.ts";
export type { ModelFile } from "./model-file.ts";
export { decodeModel, encodeModel } from "./model-file.ts";
export { type NetworkConfig, ownNetworkOptions } from "./network-options.ts";
export type {
  GetOptions,
  LentRequest,
  ListOptions,
  ObjectBody,
  ObjectEntry,
  ObjectStore,
  ReadRequest,
} from "./object-store.ts";
export type { OpenRun, RunOpener } from "./open-run.ts";
export type { Config, ConfigSource, FeatureConfig, MachineConfig, ModelConfig } from "./options.ts";
export { featureOptions, machineOptions, modelOptions, tableColumns } from "./options.ts";
export type { PartBooks } from "./part-books.ts";
export { decodePartBooks } from "./part-books.ts";
export type { Operation, Weather } from "./patience.ts";
export { Patience, PatienceSpentError } from "./patience.ts";
export { photoSeries } from "./photo-series.ts";
export type { Phase, RunProgress } from "./progress.ts";
export { phases } from "./progress.ts";
export type { QuarantinedImage, QuarantineReason, QuarantineStage } from "./quarantine.ts";
export { flagOf, resolveConfig, variableOf } from "./resolve-config.ts";
export type { RetriedLayer } from "./retried-layers.ts";
export { encodeRetried, layersOf, readRetriedLayers } from "./retried-layers.ts";
export type { RetryRequest } from "./retry-request.ts";
export { decodeRetryRequest } from "./retry-request.ts";
export { type RetrySelection, retryFilter } from "./retry-selection.ts";
export type { GenerationRequest, RunFile, RunRecord, RunSettings } from "./run-file.ts";
export {
  decodeGenerationRequest,
  decodeRunFile,
  decodeRunRecord,
  decodeRunSettings,
  encodeJson,
  protocol,
} from "./run-file.ts";
export { isRunId, makeRunId } from "./run-id.ts";
export { RunLog } from "./run-log.ts";
export type { RunState } from "./run-state.ts";
export { isOver, runStateOf } from "./run-state.ts";
export type { ImageVersion, Shard } from "./shard.ts";
export { decodeShard, encodeShard, ShardError } from "./shard.ts";
export { decodeShardFooter, type ShardFooter } from "./shard-footer.ts";
export {
  ChangedObjectError,
  DamagedObjectError,
  MissingObjectError,
  ObjectTooLargeError,
  StoreUnavailableError,
} from "./store-errors.ts";
export { StoredProgress } from "./stored-progress.ts";
export type { SubmitRequest } from "./submit-request.ts";
export { decodeSubmitRequest } from "./submit-request.ts";
export type { PublishedPart, Success } from "./success.ts";
export { decodeSuccess } from "./success.ts";
export type { Histogram, Stage, StageTimes } from "./telemetry.ts";
export { addStageTimes, bucketBounds, emptyHistogram, observe, quantile, stages } from "./telemetry.ts";
export type { ProvisionalVariance, Telemetry } from "./telemetry-file.ts";
export { maxQuarantinedBatches, newestTelemetry } from "./telemetry-file.ts";
