export { type BuildBundleOptions, buildBundle, bundleKey, preparationOf, sha256 } from "./build-bundle.ts";
export { type Bundle, bundleNames } from "./bundle.ts";
export { isClassifier } from "./classifier-files.ts";
export {
  type Judgement,
  type JudgeOptions,
  judgeFeatures,
  type Neighbor,
  type Verdict,
} from "./classify-features.ts";
export { type ClassifierName, type Comparison, type ComparisonResult, classifierNames } from "./comparison.ts";
export { decodeBundle, readBundle, refuseOtherFingerprint } from "./read-bundle.ts";
export type { ReferenceSet } from "./reference-set.ts";
export type { TableFile } from "./table-rows.ts";
