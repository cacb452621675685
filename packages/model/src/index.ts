export { type BuildBundleOptions, type BundleNotes, buildBundle, bundleNotes } from "./build-bundle.ts";
export { type Bundle, bundleNames } from "./bundle.ts";
export { isClassifier } from "./classifier-files.ts";
export {
  type Judgement,
  type JudgeOptions,
  judgeFeatures,
  type Neighbor,
  type Verdict,
} from "./classify-features.ts";
export { compareOnTable } from "./compare-on-table.ts";
export { type ClassifierName, type Comparison, type ComparisonResult, classifierNames } from "./comparison.ts";
export { decodeBundle, readBundle, refuseOtherFingerprint } from "./read-bundle.ts";
export { type ComparedClassifiers, readComparison } from "./read-comparison.ts";
export type { ReferenceSet } from "./reference-set.ts";
export { bundleKey, preparationOf, type SealBundleOptions, sealBundle, sha256 } from "./seal-bundle.ts";
export { type GroupRows, type TableFile, tableRows } from "./table-rows.ts";
export { lastTrained, trainClassifiers } from "./train-classifiers.ts";
export type { TrainingTable } from "./training-table.ts";
