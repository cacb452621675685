export type { ComponentTarget } from "./component-count.ts";
export type { CrossProduct } from "./cross-product.ts";
export {
  createOnnxruntimeCrossProduct,
  type OnnxruntimeCrossProduct,
  type OnnxruntimeCrossProductOptions,
} from "./cross-product-onnxruntime.ts";
export { createTypescriptCrossProduct } from "./cross-product-typescript.ts";
export { type MlPcaJson, pcaFromMlPcaJson, pcaToMlPcaJson } from "./ml-pca-json.ts";
export { addMoments, emptyMoments, type Moments, mergeMoments } from "./moments.ts";
export {
  createMomentsAccumulator,
  type MomentsAccumulator,
  type MomentsAccumulatorOptions,
} from "./moments-accumulator.ts";
export { NoVarianceError } from "./no-variance-error.ts";
export { packedDiagonal, packedLength, packedRowStart } from "./packed-triangle.ts";
export { type FitPcaOptions, fitPca, type Pca } from "./pca.ts";
export { projectRows } from "./project-rows.ts";
export { type MatrixSpec, reproducibleMatrix } from "./reproducible-matrix.ts";
export { fitScaler, type Scaler, scaleRows } from "./scaler.ts";
export { type ScalerJson, scalerFromJson, scalerToJson } from "./scaler-json.ts";
export {
  compareWithStatsGoldens,
  type GoldenMatrix,
  type ParityFinding,
  type StatsGoldens,
} from "./stats-parity.ts";
export { type Eigen, topEigen } from "./symmetric-eigen.ts";
