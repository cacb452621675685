// One step of the Householder tridiagonalisation on 128-bit vectors: two doubles at a time. See src/tridiagonalise.ts.

/**
 * A −= u·wᵀ + w·uᵀ on the lower triangle of the leading `size` rows, and product = A·v with the new A.
 *
 * a: rows of `d` doubles; u, w, v, product: vectors of at least `size` doubles. Addresses in bytes.
 *
 * Four rows go together, so that the four vectors are read once for them.
 */
export function updateAndMultiply(a: usize, d: usize, size: i32, u: usize, w: usize, v: usize, product: usize): void {
  memory.fill(product, 0, (<usize>size) << 3);
  const line: usize = d << 3;
  let row: i32 = 0;
  for (; row + 4 <= size; row += 4) {
    const at: usize = (<usize>row) << 3;
    const a0 = a + <usize>row * line;
    const a1 = a0 + line;
    const a2 = a1 + line;
    const a3 = a2 + line;
    const u0 = v128.load64_splat(u + at);
    const u1 = v128.load64_splat(u + at, 8);
    const u2 = v128.load64_splat(u + at, 16);
    const u3 = v128.load64_splat(u + at, 24);
    const w0 = v128.load64_splat(w + at);
    const w1 = v128.load64_splat(w + at, 8);
    const w2 = v128.load64_splat(w + at, 16);
    const w3 = v128.load64_splat(w + at, 24);
    const v0 = v128.load64_splat(v + at);
    const v1 = v128.load64_splat(v + at, 8);
    const v2 = v128.load64_splat(v + at, 16);
    const v3 = v128.load64_splat(v + at, 24);
    let p0 = f64x2.splat(0);
    let p1 = p0;
    let p2 = p0;
    let p3 = p0;
    // Left of the diagonal: a multiple of four columns.
    for (let column: usize = 0; column < at; column += 16) {
      const uc = v128.load(u + column);
      const wc = v128.load(w + column);
      const vc = v128.load(v + column);
      const x0 = updated(v128.load(a0 + column), u0, w0, uc, wc);
      const x1 = updated(v128.load(a1 + column), u1, w1, uc, wc);
      const x2 = updated(v128.load(a2 + column), u2, w2, uc, wc);
      const x3 = updated(v128.load(a3 + column), u3, w3, uc, wc);
      v128.store(a0 + column, x0);
      v128.store(a1 + column, x1);
      v128.store(a2 + column, x2);
      v128.store(a3 + column, x3);
      p0 = f64x2.add(p0, f64x2.mul(x0, vc));
      p1 = f64x2.add(p1, f64x2.mul(x1, vc));
      p2 = f64x2.add(p2, f64x2.mul(x2, vc));
      p3 = f64x2.add(p3, f64x2.mul(x3, vc));
      const upper = f64x2.add(f64x2.mul(x0, v0), f64x2.mul(x1, v1));
      const lower = f64x2.add(f64x2.mul(x2, v2), f64x2.mul(x3, v3));
      v128.store(product + column, f64x2.add(v128.load(product + column), f64x2.add(upper, lower)));
    }
    addSum(product + at, p0);
    addSum(product + at + 8, p1);
    addSum(product + at + 16, p2);
    addSum(product + at + 24, p3);
    for (let each = row; each < row + 4; each++) updateRow(a + <usize>each * line, each, row, u, w, v, product);
  }
  for (; row < size; row++) updateRow(a + <usize>row * line, row, 0, u, w, v, product);
}

function updated(x: v128, ur: v128, wr: v128, uc: v128, wc: v128): v128 {
  return f64x2.sub(f64x2.sub(x, f64x2.mul(ur, wc)), f64x2.mul(wr, uc));
}

function addSum(target: usize, sums: v128): void {
  store<f64>(target, load<f64>(target) + f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1));
}

/** One row, from column `from` to its diagonal. */
function updateRow(start: usize, row: i32, from: i32, u: usize, w: usize, v: usize, product: usize): void {
  const at = (<usize>row) << 3;
  const ur = load<f64>(u + at);
  const wr = load<f64>(w + at);
  const vr = load<f64>(v + at);
  let sum = load<f64>(product + at);
  for (let column = (<usize>from) << 3; column < at; column += 8) {
    const x = load<f64>(start + column) - ur * load<f64>(w + column) - wr * load<f64>(u + column);
    store<f64>(start + column, x);
    sum += x * load<f64>(v + column);
    store<f64>(product + column, load<f64>(product + column) + x * vr);
  }
  const diagonal = load<f64>(start + at) - ur * wr - wr * ur;
  store<f64>(start + at, diagonal);
  store<f64>(product + at, sum + diagonal * vr);
}
