export { formatValidation } from "./format-validation.ts";
export { type ValidateOptions, validateOutput } from "./validate-output.ts";
export type { Check, Column, HeadRow, Validation } from "./validation.ts";
