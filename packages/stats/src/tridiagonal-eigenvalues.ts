const MAX_SWEEPS = 60;

/**
 * All eigenvalues of a symmetric tridiagonal matrix, descending, by implicit QL with Wilkinson's shift (EISPACK imtql1;
 * Golub & Van Loan, Matrix Computations, 8.3.3). Absolute error of the order ε·‖T‖.
 *
 * @param diagonal `[n]`, finite
 * @param offDiagonal `[n]`, element i couples i − 1 and i, element 0 is ignored
 */
export function tridiagonalEigenvalues(diagonal: Float64Array, offDiagonal: Float64Array): Float64Array {
  const n = diagonal.length;
  const d = diagonal.slice();
  const e = new Float64Array(n);
  e.set(offDiagonal.subarray(1));

  for (let l = 0; l < n; l++) {
    for (let sweep = 0; ; sweep++) {
      let m = l;
      while (m < n - 1 && Math.abs(e[m]) > Number.EPSILON * (Math.abs(d[m]) + Math.abs(d[m + 1]))) m++;
      if (m === l) break;
      if (sweep === MAX_SWEEPS)
        throw new Error(`eigenvalues: QL did not converge at ${l} of ${n} in ${MAX_SWEEPS} sweeps`);
      qlSweep(d, e, l, m);
    }
  }
  return d.sort().reverse();
}

/** One implicit QL step on the unreduced part l…m. */
function qlSweep(d: Float64Array, e: Float64Array, l: number, m: number): void {
  let g = (d[l + 1] - d[l]) / (2 * e[l]);
  let r = Math.sqrt(g * g + 1);
  g = d[m] - d[l] + e[l] / (g + (g >= 0 ? r : -r));
  let s = 1;
  let c = 1;
  let p = 0;
  for (let i = m - 1; i >= l; i--) {
    const f = s * e[i];
    const b = c * e[i];
    r = Math.sqrt(f * f + g * g);
    e[i + 1] = r;
    if (r === 0) {
      // The rotation underflowed: the matrix has split at i + 1, start anew there.
      d[i + 1] -= p;
      e[m] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = d[i + 1] - p;
    r = (d[i] - g) * s + 2 * c * b;
    p = s * r;
    d[i + 1] = g + p;
    g = c * r - b;
  }
  d[l] -= p;
  e[l] = g;
  e[m] = 0;
}
