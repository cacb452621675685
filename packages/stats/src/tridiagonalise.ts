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
 * Householder tridiagonalisation of the lower triangle of `a` (`[d·d]`, row-major), *in place*: `a` becomes `reflectors`.
 *
 * The order of elimination is that of EISPACK tred2 (Martin, Reinsch & Wilkinson 1968): row d − 1 first, so that vectors
 * and the matrix still to be reduced are both contiguous in row-major storage. As in LAPACK's dsytrd the update of one
 * step, A −= u·wᵀ + w·uᵀ (Golub & Van Loan, Matrix Computations, 8.3.1), and the product A·v that the next step wants
 * share one pass over the memory, which is what limits the speed; four rows go together so that the four vectors are
 * read once for them.
 */
export function tridiagonalise(a: Float64Array, d: number): Tridiagonal {
  const diagonal = new Float64Array(d);
  const offDiagonal = new Float64Array(d);
  const reflectorScale = new Float64Array(d);
  const u = new Float64Array(d);
  const w = new Float64Array(d);
  const v = new Float64Array(d);
  const product = new Float64Array(d);

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

    updateAndMultiply({ a, d, size: i, u, w, v, product });
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

interface Pass {
  a: Float64Array;
  d: number;
  /** Rows and columns of the leading part that is still symmetric and full. */
  size: number;
  u: Float64Array;
  w: Float64Array;
  v: Float64Array;
  product: Float64Array;
}

/** A −= u·wᵀ + w·uᵀ on the leading lower triangle, and product = A·v with the new A. */
function updateAndMultiply({ a, d, size, u, w, v, product }: Pass): void {
  product.fill(0, 0, size);
  let r = 0;
  for (; r + 4 <= size; r += 4) {
    const a0 = r * d;
    const a1 = a0 + d;
    const a2 = a1 + d;
    const a3 = a2 + d;
    const u0 = u[r];
    const u1 = u[r + 1];
    const u2 = u[r + 2];
    const u3 = u[r + 3];
    const w0 = w[r];
    const w1 = w[r + 1];
    const w2 = w[r + 2];
    const w3 = w[r + 3];
    const v0 = v[r];
    const v1 = v[r + 1];
    const v2 = v[r + 2];
    const v3 = v[r + 3];
    let p0 = 0;
    let p1 = 0;
    let p2 = 0;
    let p3 = 0;
    for (let c = 0; c < r; c++) {
      const uc = u[c];
      const wc = w[c];
      const vc = v[c];
      const x0 = a[a0 + c] - u0 * wc - w0 * uc;
      const x1 = a[a1 + c] - u1 * wc - w1 * uc;
      const x2 = a[a2 + c] - u2 * wc - w2 * uc;
      const x3 = a[a3 + c] - u3 * wc - w3 * uc;
      a[a0 + c] = x0;
      a[a1 + c] = x1;
      a[a2 + c] = x2;
      a[a3 + c] = x3;
      p0 += x0 * vc;
      p1 += x1 * vc;
      p2 += x2 * vc;
      p3 += x3 * vc;
      product[c] += x0 * v0 + x1 * v1 + x2 * v2 + x3 * v3;
    }
    product[r] += p0;
    product[r + 1] += p1;
    product[r + 2] += p2;
    product[r + 3] += p3;
    for (let row = r; row < r + 4; row++) updateRow(row, r);
  }
  for (; r < size; r++) updateRow(r, 0);

  /** One row from column `from` to its diagonal. */
  function updateRow(row: number, from: number): void {
    const start = row * d;
    for (let c = from; c <= row; c++) {
      const x = a[start + c] - u[row] * w[c] - w[row] * u[c];
      a[start + c] = x;
      product[row] += x * v[c];
      if (c < row) product[c] += x * v[row];
    }
  }
}
