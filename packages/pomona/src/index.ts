export { PomonaError, type RunProgress } from "@pomona/core";
export type { Check, TableComparison, TableRow, Validation } from "@pomona/report";
export type { ClassifiedImage } from "./classify.ts";
export { type ClassifyOptions, classify, type LoadModelOptions, loadModel, type Model } from "./library/model.ts";
export { compare, type ReadTableOptions, readTable, report, validate } from "./library/results.ts";
export { type Run, type RunOptions, type RunSettings, run } from "./library/run.ts";
export type { PlaceOptions } from "./library/surroundings-of.ts";
export { type TransformOptions, transform, type UpdateOptions, update } from "./library/transform.ts";
export type { RunSummary } from "./run-summary.ts";
