import { topEigen } from "@pomona/stats";

/** How the principal components of two tables differ, over all rows that both have. */
export interface ScoreDifference {
  readonly rows: number;
  /** Components in either table. */
  readonly widths: readonly [number, number];
  /** Components that were compared: as many as both have. */
  readonly components: number;
  /** Largest |a − b| after the sign of each component of b was turned to that of a. */
  readonly largest: number;
  /** Components whose sign was turned. */
  readonly turned: number;
  /** Largest principal angle between the two spaces of scores, in radians; null where one has no full rank. */
  readonly angle: number | null;
  /** Largest relative difference of the variances of a component. */
  readonly variance: number;
}

/**
 * Adds up k × k products of the scores of two tables: enough for signs, angles and variances, so memory does not grow
 * with the rows. Components' signs are arbitrary, and a rotation among components of equal variance is too; the angle
 * does not see either.
 */
export class ScoreDifferences {
  #rows = 0;
  #widths: [number, number] = [0, 0];
  /** Components compared; −1 before the first row. */
  #k = -1;
  #aa = new Float64Array(0);
  #bb = new Float64Array(0);
  #ab = new Float64Array(0);
  #same = new Float64Array(0);
  #turned = new Float64Array(0);

  add(a: ArrayLike<number>, b: ArrayLike<number>): void {
    if (this.#k < 0) this.#begin(Math.min(a.length, b.length));
    const k = this.#k;
    this.#rows += 1;
    this.#widths = [Math.max(this.#widths[0], a.length), Math.max(this.#widths[1], b.length)];
    for (let i = 0; i < k; i++) {
      const [x, y] = [a[i] as number, b[i] as number];
      this.#same[i] = Math.max(this.#same[i] as number, Math.abs(x - y));
      this.#turned[i] = Math.max(this.#turned[i] as number, Math.abs(x + y));
      for (let j = 0; j < k; j++) {
        const at = i * k + j;
        this.#aa[at] = (this.#aa[at] as number) + x * (a[j] as number);
        this.#bb[at] = (this.#bb[at] as number) + y * (b[j] as number);
        this.#ab[at] = (this.#ab[at] as number) + x * (b[j] as number);
      }
    }
  }

  finish(): ScoreDifference {
    const k = Math.max(0, this.#k);
    const isTurned = Array.from({ length: k }, (_, i) => (this.#ab[i * k + i] as number) < 0);
    const largest = isTurned.map((turned, i) => (turned ? this.#turned[i] : this.#same[i]) as number);
    const variances = isTurned.map((_, i) => {
      const [a, b] = [this.#aa[i * k + i] as number, this.#bb[i * k + i] as number];
      return a === b ? 0 : Math.abs(a - b) / Math.max(a, b);
    });
    return {
      rows: this.#rows,
      widths: this.#widths,
      components: k,
      largest: Math.max(0, ...largest),
      turned: isTurned.filter(Boolean).length,
      angle: k === 0 ? null : largestAngle(this.#aa, this.#bb, this.#ab, k),
      variance: Math.max(0, ...variances),
    };
  }

  #begin(k: number): void {
    this.#k = k;
    [this.#aa, this.#bb, this.#ab] = [new Float64Array(k * k), new Float64Array(k * k), new Float64Array(k * k)];
    [this.#same, this.#turned] = [new Float64Array(k), new Float64Array(k)];
  }
}

/**
 * Largest principal angle between the spaces that the columns of A and B span, from AᵀA, BᵀB and AᵀB: the cosines are the
 * singular values of L⁻¹·AᵀB·M⁻ᵀ with AᵀA = LLᵀ, BᵀB = MMᵀ (Björck and Golub 1973). Angles below 1e-8 show as such.
 */
function largestAngle(aa: Float64Array, bb: Float64Array, ab: Float64Array, k: number): number | null {
  const [l, m] = [cholesky(aa, k), cholesky(bb, k)];
  if (l === undefined || m === undefined) return null;
  const left = solveLower(l, ab, k);
  const cosines = transpose(solveLower(m, transpose(left, k), k), k);
  const squares = new Float64Array(k * k);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      for (let c = 0; c < k; c++) {
        squares[i * k + j] =
          (squares[i * k + j] as number) + (cosines[i * k + c] as number) * (cosines[j * k + c] as number);
      }
    }
  }
  const { values } = topEigen(squares, k, () => 0);
  return Math.acos(Math.sqrt(Math.min(1, Math.max(0, values.at(-1) ?? 1))));
}

/** Lower triangle; undefined where the matrix is not positive definite. */
function cholesky(matrix: Float64Array, k: number): Float64Array | undefined {
  const l = new Float64Array(k * k);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * k + j] as number;
      for (let c = 0; c < j; c++) sum -= (l[i * k + c] as number) * (l[j * k + c] as number);
      if (i !== j) l[i * k + j] = sum / (l[j * k + j] as number);
      else if (sum > 1e-12 * (matrix[i * k + i] as number)) l[i * k + i] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return l;
}

/** L⁻¹·X */
function solveLower(l: Float64Array, x: Float64Array, k: number): Float64Array {
  const y = x.slice();
  for (let column = 0; column < k; column++) {
    for (let i = 0; i < k; i++) {
      let sum = y[i * k + column] as number;
      for (let c = 0; c < i; c++) sum -= (l[i * k + c] as number) * (y[c * k + column] as number);
      y[i * k + column] = sum / (l[i * k + i] as number);
    }
  }
  return y;
}

function transpose(x: Float64Array, k: number): Float64Array {
  return x.map((_, at) => x[(at % k) * k + Math.floor(at / k)] as number);
}
