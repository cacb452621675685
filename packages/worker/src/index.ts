export { batchesInFlightFor } from "./batches-in-flight.ts";
export { describeFingerprint } from "./claim-fingerprint.ts";
export { decodersFor } from "./decoders-for.ts";
export type { EngineTime } from "./engine-time.ts";
export { inferenceEnvironment } from "./inference-environment.ts";
export type { InferenceInfo, Preparation } from "./inference-messages.ts";
export { type Featurizer, InferencePool, type InferencePoolOptions } from "./inference-pool.ts";
export { collectorFlags } from "./inference-process.ts";
export type { FeaturizedImage, ImageOutcome, RefusedImage } from "./pool-image.ts";
export {
  type ImagesEvent,
  locateNetwork,
  type NetworkRequest,
  startWorker,
  type Worker,
  type WorkerOptions,
} from "./start-worker.ts";
