import type { Reduction } from "./reduction.ts";

type Workspace = Omit<Reduction, "updateAndMultiply">;

/** In plain loops: the oracle of the reduction on vectors, which is faster. */
export function openTypescriptReduction(matrix: Float64Array, d: number): Reduction {
  const vector = () => new Float64Array(d);
  const workspace = { a: matrix.slice(), u: vector(), w: vector(), v: vector(), product: vector() };
  return { ...workspace, updateAndMultiply: (size) => updateAndMultiply(workspace, d, size) };
}

/** Four rows go together, so that the four vectors are read once for them. */
function updateAndMultiply({ a, u, w, v, product }: Workspace, d: number, size: number): void {
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
