/** Eigenvalues below this share of the largest are rounding noise. */
const RANK_TOLERANCE = 1e-10;
/** A cumulative ratio short of its target by less than this has reached it: 0.1 + 0.2 must reach 0.3. */
const RATIO_TOLERANCE = 1e-12;

/** How many components: a number of them, or the smallest number that explains a share of the variance in (0, 1]. */
export type ComponentTarget = { readonly components: number } | { readonly variance: number };

/** Number of eigenvalues (descending) that are not noise. */
export function numericalRank(eigenvalues: Float64Array): number {
  const end = eigenvalues.findIndex((value) => !(value > RANK_TOLERANCE * eigenvalues[0]));
  return end < 0 ? eigenvalues.length : end;
}

/** @throws RangeError where the target is out of range */
export function checkTarget(target: ComponentTarget): void {
  if ("components" in target) {
    const { components } = target;
    if (!Number.isInteger(components) || components < 1) {
      throw new RangeError(`pca: components must be a positive integer, got ${components}`);
    }
    return;
  }
  if (!(target.variance > 0 && target.variance <= 1)) {
    throw new RangeError(`pca: variance must be above 0 and at most 1, got ${target.variance}`);
  }
}

/** The smallest k whose first k ratios sum up to `variance`, at most `rank`. */
export function componentsForVariance(ratios: Float64Array, variance: number, rank: number): number {
  let sum = 0;
  for (let k = 1; k <= rank; k++) {
    sum += ratios[k - 1];
    if (sum >= variance - RATIO_TOLERANCE) return k;
  }
  return rank;
}
