export type { RunOptions } from "./run.ts";
export { run } from "./run.ts";
export type { RunSummary } from "./run-summary.ts";
