/** Solves (T − shift·I)·y = x for one symmetric tridiagonal T and many shifts. */
export interface TridiagonalSolver {
  factor(shift: number): void;
  /** Replaces x `[n]` by y. */
  solve(x: Float64Array): void;
}

/**
 * Gaussian elimination with partial pivoting (LAPACK dlagtf and dlagts): U has two super-diagonals, L one multiplier and
 * one swap a row. A pivot below `smallest` is replaced by it: near an eigenvalue the system is singular, and the huge
 * solution that comes out is just the eigenvector wanted.
 *
 * @param offDiagonal element i couples i − 1 and i; element 0 is ignored
 */
export function createTridiagonalSolver(
  diagonal: Float64Array,
  offDiagonal: Float64Array,
  smallest: number,
): TridiagonalSolver {
  const n = diagonal.length;
  const pivot = new Float64Array(n);
  const above = new Float64Array(n);
  const above2 = new Float64Array(n);
  const multiplier = new Float64Array(n);
  const swapped = new Uint8Array(n);

  function factor(shift: number): void {
    pivot[0] = diagonal[0] - shift;
    above[0] = n > 1 ? offDiagonal[1] : 0;
    for (let i = 0; i + 1 < n; i++) {
      const below = offDiagonal[i + 1];
      const nextDiagonal = diagonal[i + 1] - shift;
      const nextAbove = i + 2 < n ? offDiagonal[i + 2] : 0;
      if (Math.abs(below) > Math.abs(pivot[i])) {
        swapped[i] = 1;
        multiplier[i] = pivot[i] / below;
        pivot[i + 1] = above[i] - multiplier[i] * nextDiagonal;
        above[i + 1] = -multiplier[i] * nextAbove;
        pivot[i] = below;
        above[i] = nextDiagonal;
        above2[i] = nextAbove;
      } else {
        swapped[i] = 0;
        if (Math.abs(pivot[i]) < smallest) pivot[i] = smallest;
        multiplier[i] = below / pivot[i];
        pivot[i + 1] = nextDiagonal - multiplier[i] * above[i];
        above[i + 1] = nextAbove;
        above2[i] = 0;
      }
    }
    if (Math.abs(pivot[n - 1]) < smallest) pivot[n - 1] = smallest;
  }

  function solve(x: Float64Array): void {
    for (let i = 0; i + 1 < n; i++) {
      if (swapped[i] === 1) {
        const held = x[i];
        x[i] = x[i + 1];
        x[i + 1] = held - multiplier[i] * x[i];
      } else {
        x[i + 1] -= multiplier[i] * x[i];
      }
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = x[i];
      if (i + 1 < n) sum -= above[i] * x[i + 1];
      if (i + 2 < n) sum -= above2[i] * x[i + 2];
      x[i] = sum / pivot[i];
    }
  }

  return { factor, solve };
}
