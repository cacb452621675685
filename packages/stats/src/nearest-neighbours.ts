export interface NeighboursOptions {
  /** n × d, row-major. */
  readonly reference: ArrayLike<number>;
  /** q × d, row-major. */
  readonly queries: ArrayLike<number>;
  /** d */
  readonly dimension: number;
  /** Neighbours of each query; fewer where the reference has fewer rows. */
  readonly count: number;
  /** True for a reference row that is no neighbour of a query: itself, or another frame of the same series. */
  readonly isExcluded?: (query: number, reference: number) => boolean;
}

/** The neighbours of one query, nearest first; of equally near ones the earlier row of the reference is first. */
export interface Neighbours {
  /** Rows of the reference. */
  readonly indices: Int32Array;
  /** Euclidean. */
  readonly distances: Float64Array;
}

/**
 * Exact nearest neighbours by Euclidean distance, by trying all rows. A distance is one sum of squares in double, in
 * column order, and is left unfinished as soon as it is too large to matter: where columns are principal components,
 * which come in the order of their variance, most are after a few.
 *
 * @returns q results, lazily: memory does not grow with the queries
 */
export function* nearestNeighbours(options: NeighboursOptions): Generator<Neighbours> {
  const { reference, queries, dimension: d, count, isExcluded = () => false } = options;
  if (reference.length % d !== 0 || queries.length % d !== 0) {
    throw new RangeError(`neighbours: rows must have ${d} columns`);
  }
  const rows = reference.length / d;
  const wanted = Math.min(count, rows);
  const indices = new Int32Array(wanted);
  const squares = new Float64Array(wanted);
  for (let query = 0; query < queries.length / d; query++) {
    let found = 0;
    for (let row = 0; row < rows; row++) {
      if (isExcluded(query, row)) continue;
      const limit = found < wanted ? Number.POSITIVE_INFINITY : squares[wanted - 1];
      const square = squaredDistance(queries, query * d, reference, row * d, d, limit);
      if (found === wanted && square >= limit) continue;
      let at = found < wanted ? found++ : wanted - 1;
      for (; at > 0 && squares[at - 1] > square; at--) {
        squares[at] = squares[at - 1];
        indices[at] = indices[at - 1];
      }
      squares[at] = square;
      indices[at] = row;
    }
    yield { indices: indices.slice(0, found), distances: squares.slice(0, found).map(Math.sqrt) };
  }
}

/** Columns between two looks at the limit. */
const stride = 8;

/** Σ (x − y)²; where that exceeds `limit`, some number above it. */
export function squaredDistance(
  x: ArrayLike<number>,
  x0: number,
  y: ArrayLike<number>,
  y0: number,
  d: number,
  limit: number,
): number {
  let sum = 0;
  for (let from = 0; from < d; from += stride) {
    const to = Math.min(d, from + stride);
    for (let j = from; j < to; j++) {
      const difference = x[x0 + j] - y[y0 + j];
      sum += difference * difference;
    }
    if (sum > limit) return sum;
  }
  return sum;
}
