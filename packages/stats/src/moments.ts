import { packedLength } from "./packed-triangle.ts";

/** Count, mean and co-moment matrix of a set of feature rows. Two of them merge, so they can be made in any place. */
export interface Moments {
  /** Number of rows, n. */
  readonly count: number;
  /** Number of columns, d. */
  readonly dimension: number;
  /** Column means, `[d]`. */
  readonly mean: Float64Array;
  /** Σ (x − mean)(x − mean)ᵀ over the rows, packed upper triangle, `[d(d+1)/2]` (see packed-triangle.ts). */
  readonly comoment: Float64Array;
}

/** The moments of no rows: the neutral element of `mergeMoments`. */
export function emptyMoments(dimension: number): Moments {
  if (!Number.isInteger(dimension) || dimension < 1) {
    throw new RangeError(`moments: dimension must be a positive integer, got ${dimension}`);
  }
  return {
    count: 0,
    dimension,
    mean: new Float64Array(dimension),
    comoment: new Float64Array(packedLength(dimension)),
  };
}

/**
 * The moments of the rows of `a` followed by the rows of `b`, neither of which is changed.
 * For a long chain `addMoments` does the same without an allocation a step.
 */
export function mergeMoments(a: Moments, b: Moments): Moments {
  const copy = { ...a, mean: a.mean.slice(), comoment: a.comoment.slice() };
  return addMoments(copy, b);
}

/**
 * Adds the rows of `b` to `a`, *reusing the arrays of `a`*, and returns the result.
 *
 * Chan, Golub & LeVeque (1979), "Updating formulae and a pairwise algorithm for computing sample variances":
 * `M = Ma + Mb + (na·nb/n)·δ·δᵀ`, `mean = ma + δ·nb/n`, `δ = mb − ma`. A weighted mean `(na·ma + nb·mb)/n` would
 * round, and a constant column would stop being exactly constant; here δ is exactly 0 for it.
 */
export function addMoments(a: Moments, b: Moments): Moments {
  if (a.dimension !== b.dimension) {
    throw new RangeError(`moments: cannot merge dimension ${a.dimension} with ${b.dimension}`);
  }
  if (b.count === 0) return a;
  const d = a.dimension;
  const { mean, comoment } = a;
  if (a.count === 0) {
    mean.set(b.mean);
    comoment.set(b.comoment);
    return { count: b.count, dimension: d, mean, comoment };
  }
  const count = a.count + b.count;
  const weight = (a.count * b.count) / count;
  const share = b.count / count;
  const delta = new Float64Array(d);
  for (let j = 0; j < d; j++) delta[j] = b.mean[j] - mean[j];
  const added = b.comoment;
  let at = 0;
  for (let i = 0; i < d; i++) {
    const factor = weight * delta[i];
    for (let j = i; j < d; j++, at++) comoment[at] += added[at] + factor * delta[j];
    mean[i] += delta[i] * share;
  }
  return { count, dimension: d, mean, comoment };
}
