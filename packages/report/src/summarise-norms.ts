import type { NormSummary } from "./report-data.ts";

/** A normal distribution has 0.6 rows in a million beyond this many of its standard deviations. */
const outlierDeviations = 5;
/** Turns the median absolute deviation of a normal distribution into its standard deviation: 1 / Φ⁻¹(3/4). */
const madToDeviation = 1.482602218505602;
const bins = 48;
const maxOutliers = 24;

/**
 * Norms of all rows; outliers by median and median absolute deviation, which outliers themselves don't move.
 *
 * @param norms [n], n ≥ 1
 * @returns `outliers` as rows, the furthest first
 */
export function summariseNorms(
  norms: Float64Array,
): Omit<NormSummary, "outliers"> & { readonly outlierRows: readonly number[] } {
  const sorted = norms.slice().sort();
  const [min, max] = [sorted[0] ?? 0, sorted.at(-1) ?? 0];
  const median = medianOf(sorted);
  const mad = medianOf(sorted.map((norm) => Math.abs(norm - median)).sort());
  const limit = outlierDeviations * madToDeviation * mad;
  // Where more than half of all norms are equal, every other one would be an outlier.
  const outliers = mad === 0 ? [] : [...norms.keys()].filter((row) => distance(norms, row, median) > limit);
  outliers.sort((a, b) => distance(norms, b, median) - distance(norms, a, median) || a - b);
  return {
    min,
    median,
    max,
    mean: norms.reduce((sum, norm) => sum + norm, 0) / norms.length,
    mad,
    limit,
    outlierCount: outliers.length,
    outlierRows: outliers.slice(0, maxOutliers),
    histogram: histogramOf(norms, min, max),
  };
}

function distance(norms: Float64Array, row: number, median: number): number {
  return Math.abs((norms[row] ?? median) - median);
}

/** Of ascending values. */
function medianOf(sorted: Float64Array): number {
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
}

function histogramOf(norms: Float64Array, min: number, max: number): NormSummary["histogram"] {
  const step = (max - min) / bins;
  if (step === 0) return { from: min, step: 0, counts: [norms.length] };
  const counts = new Array<number>(bins).fill(0);
  for (const norm of norms) {
    const bin = Math.min(bins - 1, Math.floor((norm - min) / step));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { from: min, step, counts };
}
