import { squaredDistance } from "./nearest-neighbours.ts";

export interface NearDuplicatesOptions {
  /** n × d; rows of zeros are like nothing. */
  readonly rows: ArrayLike<number>;
  readonly dimension: number;
  /** Least cosine similarity of a pair, below 1. */
  readonly similarity: number;
  /** Pairs to give, at most; default: all. */
  readonly most?: number;
}

/** Two rows whose directions are nearly the same; first < second. */
export interface NearDuplicate {
  readonly first: number;
  readonly second: number;
  readonly similarity: number;
}

export interface NearDuplicates {
  /** The most alike first, at most `most`. */
  readonly pairs: readonly NearDuplicate[];
  /** All there are. */
  readonly count: number;
  /** Rows that are in a pair. */
  readonly involved: number;
}

/**
 * Pairs of rows whose cosine similarity is at least `similarity`, the most alike first. Exact. Of unit vectors
 * |a − b|² = 2 − 2·cos, so most pairs are told apart after a few columns. Memory: n × d doubles, and 2 · `most` pairs,
 * however many there are.
 */
export function nearDuplicates({
  rows,
  dimension: d,
  similarity,
  most = Number.POSITIVE_INFINITY,
}: NearDuplicatesOptions): NearDuplicates {
  if (!(similarity > 0 && similarity <= 1)) {
    throw new RangeError(`near duplicates: similarity ${similarity} is not in (0, 1]`);
  }
  const n = rows.length / d;
  const { units, isZero } = unitRows(rows, d);
  // A little wider, so that rounding loses no pair that lies on the limit.
  const limit = 2 - 2 * similarity + 1e-12;
  const isInvolved = new Uint8Array(n);
  let pairs: NearDuplicate[] = [];
  let count = 0;
  for (let first = 0; first < n; first++) {
    if (isZero[first]) continue;
    for (let second = first + 1; second < n; second++) {
      if (isZero[second]) continue;
      const square = squaredDistance(units, first * d, units, second * d, d, limit);
      if (square > limit) continue;
      count += 1;
      isInvolved[first] = 1;
      isInvolved[second] = 1;
      pairs.push({ first, second, similarity: 1 - square / 2 });
      if (pairs.length >= 2 * most) pairs = pairs.sort(bySimilarity).slice(0, most);
    }
  }
  const involved = isInvolved.reduce((sum, flag) => sum + flag, 0);
  return { pairs: pairs.sort(bySimilarity).slice(0, most), count, involved };
}

function bySimilarity(a: NearDuplicate, b: NearDuplicate): number {
  return b.similarity - a.similarity || a.first - b.first || a.second - b.second;
}

function unitRows(rows: ArrayLike<number>, d: number): { units: Float64Array; isZero: boolean[] } {
  const units = Float64Array.from(rows);
  const isZero: boolean[] = [];
  for (let first = 0; first < units.length; first += d) {
    let square = 0;
    for (let j = first; j < first + d; j++) square += units[j] * units[j];
    isZero.push(square === 0);
    const length = Math.sqrt(square) || 1;
    for (let j = first; j < first + d; j++) units[j] /= length;
  }
  return { units, isZero };
}
