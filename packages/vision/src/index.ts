export { type Architecture, pixelLength } from "./architecture.ts";
export { BadImageError, type BadImageReason } from "./bad-image.ts";
export { type BatchRate, chooseInferBatch, gpuBatchSizes, measureInferBatch } from "./choose-infer-batch.ts";
export { type DecodeOptions, decodeImage } from "./decode.ts";
export type { DownloadProgress } from "./download-file.ts";
export { encodeJpeg } from "./encode-jpeg.ts";
export type { Engine, EngineOptions } from "./engine.ts";
export {
  type DeviceRequest,
  type EngineName,
  type EngineRequest,
  engineNames,
  requireEngine,
} from "./engine-choice.ts";
export { type CreateEngineOptions, createEngine } from "./engine-table.ts";
export type { EngineFingerprint } from "./feature-fingerprint.ts";
export { type FilterName, filterNames } from "./filters.ts";
export { findWeights, kerasWeightsUrl, loadWeights, type WeightsQuery, weightsFileNames } from "./find-weights.ts";
export { withFixedCalls } from "./fixed-calls.ts";
export { findGpus, type Gpu } from "./gpus.ts";
export {
  type LoadedNetwork,
  loadNetwork,
  type NetworkSource,
} from "./load-network.ts";
export type { OnnxNetworkOptions } from "./onnx-network.ts";
export { type PreparationVersion, preparationVersion } from "./preparation-version.ts";
export {
  createPreparer,
  type PreparedImage,
  type Preparer,
  type PreparerOptions,
  prepareImage,
  type ResamplerName,
} from "./preparer.ts";
export { type EngineProbe, type ProbeOptions, probeEngines } from "./probe-engines.ts";
export type { Raster } from "./raster.ts";
export { createResampler, type Resampler, type ResamplerOptions } from "./resample.ts";
export { libvipsVersion, sharpVersions } from "./safe-sharp.ts";
export { loadTensorflow, type TensorflowPackage } from "./tensorflow-library.ts";
export { type ReadText, threadBudget, usableCores } from "./thread-budget.ts";
export { makeThumbnail, type ThumbnailOptions } from "./thumbnail.ts";
export { UnreadableNetworkError } from "./unreadable-network-error.ts";
export { untrainedSource, untrainedWeights } from "./untrained-weights.ts";
export type { LayerWeights, Weights } from "./weights.ts";
