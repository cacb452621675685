export { formatParity } from "./format-parity.ts";
export { formatValidation } from "./format-validation.ts";
export { type ParityOptions, parity } from "./parity.ts";
export type { ParityLine, ParityReport, Skipped } from "./parity-report.ts";
export { type ValidateOptions, validateOutput } from "./validate-output.ts";
export type { Check, Column, HeadRow, Validation } from "./validation.ts";
