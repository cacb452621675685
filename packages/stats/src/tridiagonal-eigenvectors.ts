import { createTridiagonalSolver } from "./tridiagonal-solver.ts";

/** A part of T between two negligible off-diagonals, with its own eigenvalues. */
export interface TridiagonalBlock {
  readonly diagonal: Float64Array;
  /** Element 0 is ignored. */
  readonly offDiagonal: Float64Array;
}

const MAX_ITERATIONS = 10;

/**
 * Unit eigenvectors of an unreduced symmetric tridiagonal matrix by inverse iteration, `values.length` × n, one a row
 * (LAPACK dstein; EISPACK tinvit). Vectors whose eigenvalues follow each other within 10⁻³·‖T‖ are made orthogonal to
 * each other; the others are so by themselves to 10³·ε.
 *
 * @param values eigenvalues of T, descending, the largest or any others
 * @returns rows in the order of `values`
 */
export function tridiagonalEigenvectors(
  { diagonal, offDiagonal }: TridiagonalBlock,
  values: ArrayLike<number>,
): Float64Array[] {
  const n = diagonal.length;
  const norm = oneNorm(diagonal, offDiagonal);
  if (n === 1 || norm === 0) return Array.from(values, (_, i) => unitVector(n, i));
  const separation = 10 * Number.EPSILON * norm;
  const tolerance = 4 * Number.EPSILON * norm * Math.sqrt(n);
  const random = createRandom();
  const solver = createTridiagonalSolver(diagonal, offDiagonal, Number.EPSILON * norm);
  const vectors: Float64Array[] = [];
  let clusterStart = 0;
  let shift = Number.POSITIVE_INFINITY;

  for (let index = 0; index < values.length; index++) {
    if (index > 0 && values[index - 1] - values[index] > 1e-3 * norm) clusterStart = index;
    // Two equal shifts would give the same vector twice, and orthogonalising would leave rounding noise.
    shift = Math.min(values[index], shift - separation);
    solver.factor(shift);
    const cluster = vectors.slice(clusterStart);
    const x = Float64Array.from({ length: n }, random);
    for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
      solver.solve(x);
      normalise(x);
      const left = orthogonalise(x, cluster);
      if (left < 1e-8) {
        for (let j = 0; j < n; j++) x[j] = random();
        orthogonalise(x, cluster);
        continue;
      }
      if (iteration > 0 && residual(diagonal, offDiagonal, values[index], x) <= tolerance) break;
    }
    vectors.push(x);
  }
  return vectors;
}

function oneNorm(diagonal: Float64Array, offDiagonal: Float64Array): number {
  let norm = 0;
  for (let i = 0; i < diagonal.length; i++) {
    const left = i > 0 ? Math.abs(offDiagonal[i]) : 0;
    const right = i + 1 < diagonal.length ? Math.abs(offDiagonal[i + 1]) : 0;
    norm = Math.max(norm, left + Math.abs(diagonal[i]) + right);
  }
  return norm;
}

function unitVector(n: number, at: number): Float64Array {
  const vector = new Float64Array(n);
  vector[at] = 1;
  return vector;
}

/** Numbers in [−1, 1), always the same ones (Numerical Recipes' 32-bit LCG): the same matrix gives the same bytes. */
function createRandom(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  };
}

/** Scales x to length 1; divides by the largest element first, since a solution may be as large as 1/ε². */
function normalise(x: Float64Array): void {
  let largest = 0;
  for (let j = 0; j < x.length; j++) largest = Math.max(largest, Math.abs(x[j]));
  let sum = 0;
  for (let j = 0; j < x.length; j++) {
    x[j] /= largest;
    sum += x[j] * x[j];
  }
  const factor = 1 / Math.sqrt(sum);
  for (let j = 0; j < x.length; j++) x[j] *= factor;
}

/**
 * Modified Gram-Schmidt, twice ("twice is enough", Kahan in Parlett, The Symmetric Eigenvalue Problem, 6.9).
 * Returns the share of the unit vector x that was left before it was scaled to 1 again.
 */
function orthogonalise(x: Float64Array, basis: readonly Float64Array[]): number {
  if (basis.length === 0) return 1;
  let left = 1;
  for (let pass = 0; pass < 2; pass++) {
    for (const y of basis) {
      let overlap = 0;
      for (let j = 0; j < x.length; j++) overlap += x[j] * y[j];
      for (let j = 0; j < x.length; j++) x[j] -= overlap * y[j];
    }
    let sum = 0;
    for (let j = 0; j < x.length; j++) sum += x[j] * x[j];
    left *= Math.sqrt(sum);
    if (sum === 0) return 0;
    const factor = 1 / Math.sqrt(sum);
    for (let j = 0; j < x.length; j++) x[j] *= factor;
  }
  return left;
}

/** ‖T·x − λ·x‖∞. */
function residual(diagonal: Float64Array, offDiagonal: Float64Array, lambda: number, x: Float64Array): number {
  const n = x.length;
  let largest = 0;
  for (let i = 0; i < n; i++) {
    let sum = (diagonal[i] - lambda) * x[i];
    if (i > 0) sum += offDiagonal[i] * x[i - 1];
    if (i + 1 < n) sum += offDiagonal[i + 1] * x[i + 1];
    largest = Math.max(largest, Math.abs(sum));
  }
  return largest;
}
