import type { Tridiagonal } from "./tridiagonalise.ts";

/**
 * Turns eigenvectors of T into those of Q·T·Qᵀ, in place: x = P_{d−1}·…·P_1·z (EISPACK trbak1), four vectors at a time
 * so that each reflector is read once for them.
 *
 * @param vectors k × d, one vector a row
 */
export function backTransform({ reflectors, reflectorScale }: Tridiagonal, vectors: Float64Array, k: number): void {
  const d = reflectorScale.length;
  let first = 0;
  for (; first + 4 <= k; first += 4) {
    for (let i = 1; i < d; i++) {
      if (reflectorScale[i] !== 0) reflectFour(reflectors, i * d, i, reflectorScale[i], vectors, first * d, d);
    }
  }
  for (; first < k; first++) {
    for (let i = 1; i < d; i++) {
      if (reflectorScale[i] !== 0) reflectOne(reflectors, i * d, i, reflectorScale[i], vectors, first * d);
    }
  }
}

/** x −= (u·x/h)·u for one vector; u lies at `at` and has n elements. */
function reflectOne(u: Float64Array, at: number, n: number, h: number, x: Float64Array, x0: number): void {
  let s = 0;
  for (let j = 0; j < n; j++) s += u[at + j] * x[x0 + j];
  s /= h;
  for (let j = 0; j < n; j++) x[x0 + j] -= s * u[at + j];
}

/** The same for the four vectors at x0, x0 + d, …; each gets what `reflectOne` gives it, to the bit. */
function reflectFour(u: Float64Array, at: number, n: number, h: number, x: Float64Array, x0: number, d: number): void {
  const x1 = x0 + d;
  const x2 = x1 + d;
  const x3 = x2 + d;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let j = 0; j < n; j++) {
    const uj = u[at + j];
    s0 += uj * x[x0 + j];
    s1 += uj * x[x1 + j];
    s2 += uj * x[x2 + j];
    s3 += uj * x[x3 + j];
  }
  s0 /= h;
  s1 /= h;
  s2 /= h;
  s3 /= h;
  for (let j = 0; j < n; j++) {
    const uj = u[at + j];
    x[x0 + j] -= s0 * uj;
    x[x1 + j] -= s1 * uj;
    x[x2 + j] -= s2 * uj;
    x[x3 + j] -= s3 * uj;
  }
}
