import { z } from "zod";
import { PomonaError } from "./errors.ts";
import { parseJson } from "./parse-json.ts";
import { encodeJson } from "./run-file.ts";

/** `g<g>/model.json`: everything that turns features into scaled features and principal components. */
export interface ModelFile {
  readonly generation: number;
  /** Rows the model was fitted to. */
  readonly count: number;
  /** d */
  readonly dimension: number;
  /** k */
  readonly components: number;
  readonly rank: number;
  /** [d] mean of each feature. */
  readonly mean: Float64Array;
  /** [d] sample standard deviation (n − 1); 0 for constant columns. */
  readonly std: Float64Array;
  /** Ascending; their scaled value is 0 and they are no part of the PCA. */
  readonly constantColumns: readonly number[];
  /** [k, d] row-major: one component a row, largest |loading| positive. */
  readonly loadings: Float64Array;
  /** [d − constant columns], descending: all of them, so that a scree plot needs nothing else. */
  readonly eigenvalues: Float64Array;
  /** [k] share of the total variance of each kept component. */
  readonly explainedVariance: Float64Array;
  readonly warnings: readonly string[];
}

const numbers = z.string().transform((text) => {
  const bytes = Buffer.from(text, "base64");
  return new Float64Array(Uint8Array.from(bytes).buffer);
});

const schema = z.strictObject({
  name: z.literal("pomona.model"),
  version: z.literal(1),
  generation: z.number(),
  count: z.number(),
  dimension: z.number(),
  components: z.number(),
  rank: z.number(),
  mean: numbers,
  std: numbers,
  constantColumns: z.array(z.number()),
  loadings: numbers,
  eigenvalues: numbers,
  explainedVariance: numbers,
  warnings: z.array(z.string()),
});

/** JSON with its vectors as base64 of little-endian float64: exact, and a tenth of the digits. */
export function encodeModel(model: ModelFile): Uint8Array {
  const fields = Object.entries(model).map(([key, value]) => [
    key,
    value instanceof Float64Array ? base64(value) : value,
  ]);
  return encodeJson({ name: "pomona.model", version: 1, ...Object.fromEntries(fields) });
}

export function decodeModel(bytes: Uint8Array, key: string): ModelFile {
  const result = schema.safeParse(parseJson(bytes));
  if (result.success) return result.data;
  throw new PomonaError(
    "unreadable-model",
    `${key} is no model that this version reads: ${z.prettifyError(result.error)}`,
    {
      remedy: "Use the version of Pomona that wrote it, or start again with --overwrite.",
    },
  );
}

function base64(values: Float64Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("base64");
}
