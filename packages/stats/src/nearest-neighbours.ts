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
 * Exact nearest neighbours by Euclidean distance. A distance is one sum of squares in double, in column order, and is
 * left unfinished as soon as it is too large to matter: where columns are principal components, which come in the order
 * of their variance, most are after a few. Rows are tried in the order of their distance in the first column alone, until
 * that is too large: in few columns, few rows are tried.
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
  const line = queries.length / d < fewQueries ? undefined : alongFirstColumn(reference, d);
  for (let query = 0; query < queries.length / d; query++) {
    let found = 0;
    const from = queries[query * d];
    let right = line === undefined ? 0 : firstAtLeast(line.values, from);
    let left = right - 1;
    for (let tried = 0; tried < rows; tried++) {
      let row = tried;
      if (line !== undefined) {
        const toLeft = left < 0 ? Number.POSITIVE_INFINITY : from - line.values[left];
        const toRight = right === rows ? Number.POSITIVE_INFINITY : line.values[right] - from;
        const nearer = Math.min(toLeft, toRight);
        if (found === wanted && nearer * nearer > squares[wanted - 1]) break;
        row = line.rows[toLeft <= toRight ? left-- : right++];
      }
      if (isExcluded(query, row)) continue;
      const limit = found < wanted ? Number.POSITIVE_INFINITY : squares[wanted - 1];
      const square = squaredDistance(queries, query * d, reference, row * d, d, limit);
      if (found === wanted && !isNearer(square, row, limit, indices[wanted - 1])) continue;
      let at = found < wanted ? found++ : wanted - 1;
      for (; at > 0 && isNearer(square, row, squares[at - 1], indices[at - 1]); at--) {
        squares[at] = squares[at - 1];
        indices[at] = indices[at - 1];
      }
      squares[at] = square;
      indices[at] = row;
    }
    yield { indices: indices.slice(0, found), distances: squares.slice(0, found).map(Math.sqrt) };
  }
}

/** Sorting the reference takes about as long as trying all of it for so many queries. */
const fewQueries = 16;

/** Of equally near rows the earlier one is taken to be nearer. */
function isNearer(square: number, row: number, otherSquare: number, otherRow: number): boolean {
  return square < otherSquare || (square === otherSquare && row < otherRow);
}

interface Line {
  /** `[n]`, ascending. */
  readonly values: Float64Array;
  /** `[n]`, the rows that have them. */
  readonly rows: Int32Array;
}

function alongFirstColumn(reference: ArrayLike<number>, d: number): Line {
  const rows = Int32Array.from({ length: reference.length / d }, (_, row) => row);
  rows.sort((a, b) => reference[a * d] - reference[b * d]);
  return { values: Float64Array.from(rows, (row) => reference[row * d]), rows };
}

/** Number of ascending values below `limit`. */
function firstAtLeast(values: Float64Array, limit: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle] < limit) low = middle + 1;
    else high = middle;
  }
  return low;
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
