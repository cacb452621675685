import { type ComponentTarget, checkTarget, componentsForVariance, numericalRank } from "./component-count.ts";
import { correlation } from "./correlation.ts";
import type { Moments } from "./moments.ts";
import { NoVarianceError } from "./no-variance-error.ts";
import { topEigen } from "./symmetric-eigen.ts";

/** Loadings that differ by less than this share count as equally large when the sign is chosen. */
const SIGN_TOLERANCE = 1e-9;

/** Principal components of the standardised features. */
export interface Pca {
  /** Columns of the features, d. */
  readonly dimension: number;
  /** Number of components. */
  readonly k: number;
  /** k × d, one unit vector a row; 0 in constant columns; the largest |loading| of each is positive. */
  readonly components: Float64Array;
  /** All eigenvalues of the correlation matrix, descending, ≥ 0, one for each column that varies. */
  readonly eigenvalues: Float64Array;
  /** Share of the total variance that each component explains, `[k]`. */
  readonly explainedVarianceRatio: Float64Array;
  /** Running sum of the ratios, `[k]`. */
  readonly cumulative: Float64Array;
  /** Number of columns that vary: each standardised one has variance 1. */
  readonly totalVariance: number;
  /** Number of eigenvalues above 10⁻¹⁰ of the largest; at most rows − 1. */
  readonly rank: number;
  /** What the user should be told. */
  readonly warnings: readonly string[];
}

export type FitPcaOptions = { readonly moments: Moments } & ComponentTarget;

/**
 * Exact PCA from the moments of the unscaled features (standardising commutes with it).
 *
 * Fewer rows than columns are all right: eigenvalues are those of the sample correlation matrix whatever its rank, and
 * the ratio is taken against the total variance.
 *
 * @throws NoVarianceError with fewer than 2 rows, or where every column is constant
 * @throws RangeError where `components` or `variance` is out of range
 */
export function fitPca({ moments, ...target }: FitPcaOptions): Pca {
  checkTarget(target);
  const { count, dimension } = moments;
  if (count < 2) throw new NoVarianceError(`no variance: a PCA needs at least 2 images, got ${count}`);
  const { matrix, columns } = correlation(moments);
  const m = columns.length;
  if (m === 0) throw new NoVarianceError(`no variance: the features of all ${count} images are equal`);

  const warnings: string[] = [];
  const asked = "components" in target ? target.components : null;
  let rank = 0;
  let ratios = new Float64Array(0);
  const { values, vectors } = topEigen(matrix, m, (all) => {
    // Centred rows span at most rows − 1 dimensions, whatever the noise says.
    rank = Math.min(numericalRank(all), count - 1);
    ratios = all.map((value) => Math.max(0, value) / m);
    return "variance" in target
      ? componentsForVariance(ratios, target.variance, rank)
      : Math.min(target.components, rank);
  });
  const k = vectors.length / m;
  if (asked !== null && asked > k) {
    warnings.push(`${asked} components asked for, but ${count} images span only ${rank}: ${k} kept`);
  }

  const explainedVarianceRatio = ratios.slice(0, k);
  const cumulative = explainedVarianceRatio.slice();
  for (let i = 1; i < k; i++) cumulative[i] += cumulative[i - 1];
  return {
    dimension,
    k,
    components: widen(vectors, columns, k, dimension),
    eigenvalues: values.map((value) => Math.max(0, value)),
    explainedVarianceRatio,
    cumulative,
    totalVariance: m,
    rank,
    warnings,
  };
}

/** Puts the loadings of the varying columns into their places among all d, with the sign settled. */
function widen(vectors: Float64Array, columns: readonly number[], k: number, d: number): Float64Array {
  const m = columns.length;
  const components = new Float64Array(k * d);
  for (let row = 0; row < k; row++) {
    const vector = vectors.subarray(row * m, (row + 1) * m);
    const sign = signOf(vector);
    for (let j = 0; j < m; j++) components[row * d + columns[j]] = sign * vector[j];
  }
  return components;
}

/** The sign that makes the largest |loading| positive; of several equally large the first decides. */
function signOf(vector: Float64Array): 1 | -1 {
  let largest = 0;
  for (const x of vector) largest = Math.max(largest, Math.abs(x));
  const deciding = vector.find((x) => Math.abs(x) >= largest * (1 - SIGN_TOLERANCE)) ?? 1;
  return deciding < 0 ? -1 : 1;
}
