import type { OpenReduction } from "./reduction.ts";
import { openSimdReduction } from "./reduction-simd.ts";

/** A symmetric matrix as Q·T·Qᵀ with T tridiagonal. */
export interface Tridiagonal {
  /** Diagonal of T, `[d]`. */
  readonly diagonal: Float64Array;
  /** Below the diagonal: element i couples i − 1 and i; element 0 is unused, `[d]`. */
  readonly offDiagonal: Float64Array;
  /** Row i holds the Householder vector u of step i in its first i places, `[d·d]`. */
  readonly reflectors: Float64Array;
  /** h of step i: P_i = I − u·uᵀ/h; 0 where the step changed nothing, `[d]`. */
  readonly reflectorScale: Float64Array;
}

/**
 * Householder tridiagonalisation of the lower triangle of `matrix` (`[d·d]`, row-major), which is not changed.
 *
 * The order of elimination is that of EISPACK tred2 (Martin, Reinsch & Wilkinson 1968): row d − 1 first, so that vectors
 * and the matrix still to be reduced are both contiguous in row-major storage. As in LAPACK's dsytrd the update of one
 * step, A −= u·wᵀ + w·uᵀ (Golub & Van Loan, Matrix Computations, 8.3.1), and the product A·v that the next step wants
 * share one pass over the memory, which is what limits the speed.
 */
export function tridiagonalise(
  matrix: Float64Array,
  d: number,
  openReduction: OpenReduction = openSimdReduction,
): Tridiagonal {
  const { a, u, w, v, product, updateAndMultiply } = openReduction(matrix, d);
  const diagonal = new Float64Array(d);
  const offDiagonal = new Float64Array(d);
  const reflectorScale = new Float64Array(d);

  for (let i = d - 1; i >= 1; i--) {
    // u and w of the step before are still to be applied: to row i here, to the rows above it in the pass below.
    const row = a.subarray(i * d, i * d + i + 1);
    const ui = u[i];
    const wi = w[i];
    for (let j = 0; j <= i; j++) row[j] -= ui * w[j] + wi * u[j];
    diagonal[i] = row[i];

    const h = reflect(row, i, v);
    offDiagonal[i] = h === 0 ? row[i - 1] : v[i];
    reflectorScale[i] = h;
    row.set(v.subarray(0, i));

    updateAndMultiply(i);
    let overlap = 0;
    for (let j = 0; j < i; j++) overlap += v[j] * product[j];
    const scale = h === 0 ? 0 : 1 / h;
    const correction = (overlap * scale) / 2;
    for (let j = 0; j < i; j++) {
      u[j] = v[j];
      w[j] = (product[j] - correction * v[j]) * scale;
    }
  }
  diagonal[0] = a[0] - 2 * u[0] * w[0];
  return { diagonal, offDiagonal, reflectors: a, reflectorScale };
}

/**
 * Puts into v[0…n) the vector u with (I − u·uᵀ/h)·row = g·e_{n−1}, into v[n] the value g, and returns h = |u|²/2;
 * zeros and 0 where the row has that form already.
 */
function reflect(row: Float64Array, n: number, v: Float64Array): number {
  let tail = 0;
  for (let j = 0; j < n - 1; j++) tail += row[j] * row[j];
  if (tail === 0) {
    v.fill(0, 0, n + 1);
    return 0;
  }
  const f = row[n - 1];
  const norm = Math.sqrt(tail + f * f);
  const g = f >= 0 ? -norm : norm;
  for (let j = 0; j < n - 1; j++) v[j] = row[j];
  v[n - 1] = f - g;
  v[n] = g;
  return norm * norm - f * g;
}
