/** Test data: uniform numbers in [−1, 1) that the seed alone decides. */
export function uniform(count: number, seed = 1): Float64Array {
  let state = seed;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  });
}

/** A d × d symmetric matrix. */
export function symmetric(d: number, seed = 1): Float64Array {
  const matrix = uniform(d * d, seed);
  for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) matrix[i * d + j] = matrix[j * d + i];
  return matrix;
}

/** Q·diag(values)·Qᵀ with Q a product of reflections. */
export function withEigenvalues(values: readonly number[], seed = 1): Float64Array {
  const d = values.length;
  let matrix: Float64Array = new Float64Array(d * d);
  for (let i = 0; i < d; i++) matrix[i * d + i] = values[i];
  for (let round = 0; round < 3; round++) {
    const u = uniform(d, seed + round);
    const h = u.reduce((sum, x) => sum + x * x, 0) / 2;
    const q = Float64Array.from({ length: d * d }, (_, at) => {
      const i = Math.floor(at / d);
      return (i === at % d ? 1 : 0) - (u[i] * u[at % d]) / h;
    });
    matrix = multiply(multiply(q, matrix, d), q, d);
  }
  for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) matrix[i * d + j] = matrix[j * d + i];
  return matrix;
}

/** Product of two d × d matrices. */
export function multiply(a: Float64Array, b: Float64Array, d: number): Float64Array {
  const c = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let l = 0; l < d; l++) {
      for (let j = 0; j < d; j++) c[i * d + j] += a[i * d + l] * b[l * d + j];
    }
  }
  return c;
}

/** The largest |a − b|; infinite where the lengths differ or a value is NaN. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i] - b[i]);
    if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY;
    largest = Math.max(largest, difference);
  }
  return largest;
}
