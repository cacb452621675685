import { backTransform } from "./back-transform.ts";
import { tridiagonalEigenvalues } from "./tridiagonal-eigenvalues.ts";
import { type TridiagonalBlock, tridiagonalEigenvectors } from "./tridiagonal-eigenvectors.ts";
import { type Tridiagonal, tridiagonalise } from "./tridiagonalise.ts";

export interface Eigen {
  /** All eigenvalues, descending, `[d]`. */
  readonly values: Float64Array;
  /** Unit eigenvectors of the k largest, k × d, one a row, orthogonal to each other; their signs are arbitrary. */
  readonly vectors: Float64Array;
}

/** An eigenvalue and the block of T that it belongs to. */
interface Placed {
  readonly value: number;
  readonly block: number;
}

/**
 * All eigenvalues and the first k eigenvectors of a symmetric matrix: tridiagonal form, implicit QL, inverse iteration,
 * back-transformation. Costs (2/3)d³ + 2kd² multiplications or so; the full decomposition would cost ten times that.
 * Repeated eigenvalues, rank deficiency and diagonal matrices are all right.
 *
 * @param matrix d × d, row-major, finite; only its lower triangle is read, and it is not changed
 * @param wantedCount k, or a function that decides on it from all eigenvalues
 * @throws RangeError where the sizes don't fit or k is not in 0…d
 */
export function topEigen(
  matrix: Float64Array,
  d: number,
  wantedCount: number | ((values: Float64Array) => number),
): Eigen {
  if (!Number.isInteger(d) || d < 1 || matrix.length !== d * d) {
    throw new RangeError(`eigen: a ${d} × ${d} matrix has not ${matrix.length} elements`);
  }
  const scale = powerOfTwoAbove(matrix);
  const tridiagonal = tridiagonalise(
    matrix.map((x) => x / scale),
    d,
  );
  const starts = blockStarts(tridiagonal);
  const blocks = starts.map((start, i) => block(tridiagonal, start, starts[i + 1] ?? d));
  const placed = blocks
    .flatMap((part, index): Placed[] => blockValues(part).map((value) => ({ value, block: index })))
    .sort((a, b) => b.value - a.value);
  const values = Float64Array.from(placed, ({ value }) => value * scale);

  const k = typeof wantedCount === "number" ? wantedCount : wantedCount(values);
  if (!Number.isInteger(k) || k < 0 || k > d) throw new RangeError(`eigen: k = ${k} is not in 0…${d}`);
  const vectors = new Float64Array(k * d);
  const wanted = placed.slice(0, k);
  for (const index of new Set(wanted.map((each) => each.block))) {
    const rows = wanted.flatMap((each, row) => (each.block === index ? [row] : []));
    const parts = tridiagonalEigenvectors(
      blocks[index],
      rows.map((row) => wanted[row].value),
    );
    for (const [i, row] of rows.entries()) vectors.set(parts[i], row * d + starts[index]);
  }
  backTransform(tridiagonal, vectors, k);
  return { values, vectors };
}

/** Dividing by it is exact and brings the largest element to (1/2, 1], so that squares neither overflow nor vanish. */
function powerOfTwoAbove(matrix: Float64Array): number {
  let largest = 0;
  for (let at = 0; at < matrix.length; at++) {
    if (!Number.isFinite(matrix[at])) throw new RangeError(`eigen: the matrix holds ${matrix[at]}`);
    largest = Math.max(largest, Math.abs(matrix[at]));
  }
  return largest === 0 ? 1 : 2 ** Math.min(1023, Math.ceil(Math.log2(largest)));
}

/** Where T splits: an off-diagonal below ε·‖T‖ is rounding noise. Eigenvectors of different blocks never mix. */
function blockStarts({ diagonal, offDiagonal }: Tridiagonal): number[] {
  let norm = 0;
  for (let i = 0; i < diagonal.length; i++) norm = Math.max(norm, Math.abs(diagonal[i]) + Math.abs(offDiagonal[i]));
  const starts = [0];
  for (let i = 1; i < diagonal.length; i++) {
    if (Math.abs(offDiagonal[i]) <= Number.EPSILON * norm) starts.push(i);
  }
  return starts;
}

function block({ diagonal, offDiagonal }: Tridiagonal, start: number, end: number): TridiagonalBlock {
  return { diagonal: diagonal.subarray(start, end), offDiagonal: offDiagonal.subarray(start, end) };
}

function blockValues({ diagonal, offDiagonal }: TridiagonalBlock): number[] {
  return Array.from(tridiagonalEigenvalues(diagonal, offDiagonal));
}
