import type { Moments } from "./moments.ts";
import { packedDiagonal } from "./packed-triangle.ts";

/** Standardisation of features: (x − mean) / std, as Spark's StandardScaler(withMean, withStd). */
export interface Scaler {
  /** Rows that it was fitted to. */
  readonly count: number;
  /** `[d]` */
  readonly mean: Float64Array;
  /** Sample standard deviation (n − 1), `[d]`; exactly 0 for a constant column. */
  readonly std: Float64Array;
  /** Ascending indices of the columns whose values are all equal. Their scaled value is 0. */
  readonly constantColumns: readonly number[];
}

/**
 * @throws Error where a column holds NaN or an infinity, naming it. One row makes every column constant.
 */
export function fitScaler(moments: Moments): Scaler {
  const { count, dimension, mean, comoment } = moments;
  const std = packedDiagonal(comoment, dimension).map((sum) => Math.sqrt(sum / Math.max(1, count - 1)));
  const broken = std.findIndex((value, j) => !Number.isFinite(value) || !Number.isFinite(mean[j]));
  if (broken >= 0) {
    throw new Error(`scaler: column ${broken} of the features holds NaN or an infinity; featurize those images again`);
  }
  const constantColumns = Array.from(std.keys()).filter((j) => std[j] === 0);
  return { count, mean: mean.slice(), std, constantColumns };
}

/**
 * Standardises n rows: computed in double with 1/std as Spark does, stored as float32, `[n·d]`. Each row depends on
 * itself alone.
 */
export function scaleRows(scaler: Scaler, rows: Float32Array): Float32Array {
  const { mean, std } = scaler;
  const d = mean.length;
  if (rows.length % d !== 0) throw new RangeError(`scaler: ${rows.length} values are not whole rows of ${d}`);
  const factor = std.map((value) => (value === 0 ? 0 : 1 / value));
  const scaled = new Float32Array(rows.length);
  for (let at = 0; at < rows.length; ) {
    for (let j = 0; j < d; j++, at++) scaled[at] = (rows[at] - mean[j]) * factor[j];
  }
  return scaled;
}
