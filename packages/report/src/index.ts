export { formatParity } from "./format-parity.ts";
export { formatValidation } from "./format-validation.ts";
export { type MakeReportOptions, makeReport } from "./make-report.ts";
export { type ParityOptions, parity } from "./parity.ts";
export type { ParityLine, ParityReport, Skipped } from "./parity-report.ts";
export type { ReportData } from "./report-data.ts";
export { findBottleneck, summariseStages } from "./summarise-time.ts";
export { type ValidateOptions, validateOutput } from "./validate-output.ts";
export type { Check, Column, HeadRow, Validation } from "./validation.ts";
