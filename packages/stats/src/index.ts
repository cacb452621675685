export type {
  Classification,
  LabelledRows,
} from "./classification.ts";
export type { ComponentTarget } from "./component-count.ts";
export type { CrossProduct } from "./cross-product.ts";
export {
  createOnnxruntimeCrossProduct,
  type OnnxruntimeCrossProduct,
  type OnnxruntimeCrossProductOptions,
} from "./cross-product-onnxruntime.ts";
export { createTypescriptCrossProduct } from "./cross-product-typescript.ts";
export { type CrossValidateLogisticOptions, crossValidateLogistic } from "./cross-validate-logistic.ts";
export { type CrossValidateOptions, crossValidate, pickRows, score, type Validated } from "./cross-validation.ts";
export { type Folds, type GroupedFoldsOptions, groupedFolds } from "./grouped-folds.ts";
export {
  classifyByNeighbours,
  defaultNeighbours,
  type KNearestOptions,
  sharesOfVotes,
} from "./k-nearest-classifier.ts";
export {
  classifyByLogisticRegression,
  classifyProducts,
  fitLogisticRegression,
  type LogisticRegression,
  type LogisticRegressionOptions,
} from "./logistic-regression.ts";
export { type MlPcaJson, pcaFromMlPcaJson, pcaToMlPcaJson } from "./ml-pca-json.ts";
export { addMoments, type Moments } from "./moments.ts";
export {
  createMomentsAccumulator,
  type MomentsAccumulator,
  type MomentsAccumulatorOptions,
} from "./moments-accumulator.ts";
export {
  type NearDuplicate,
  type NearDuplicates,
  type NearDuplicatesOptions,
  nearDuplicates,
} from "./near-duplicates.ts";
export { CentroidAccumulator, type Centroids, classifyByCentroids, fitCentroids } from "./nearest-centroid.ts";
export { type Neighbours, type NeighboursOptions, nearestNeighbours } from "./nearest-neighbours.ts";
export { NoVarianceError } from "./no-variance-error.ts";
export { type FitPcaOptions, fitPca, type Pca } from "./pca.ts";
export { principalAngle, type Subspace } from "./principal-angle.ts";
export { projectRows } from "./project-rows.ts";
export { type MatrixSpec, reproducibleMatrix } from "./reproducible-matrix.ts";
export type { RowProducts } from "./row-products.ts";
export { createOnnxruntimeRowProducts } from "./row-products-onnxruntime.ts";
export { fitScaler, type Scaler, scaleRows } from "./scaler.ts";
export { type ScalerJson, scalerFromJson, scalerToJson } from "./scaler-json.ts";
export { seededRandom } from "./seeded-random.ts";
export {
  compareWithStatsGoldens,
  type GoldenMatrix,
  type ParityFinding,
  type StatsGoldens,
} from "./stats-parity.ts";
export { type Eigen, topEigen } from "./symmetric-eigen.ts";
