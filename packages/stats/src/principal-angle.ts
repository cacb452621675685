import { topEigen } from "./symmetric-eigen.ts";

/** Orthonormal rows: k × d, row-major. */
export interface Subspace {
  readonly components: Float64Array;
  readonly k: number;
  readonly dimension: number;
}

/**
 * The largest principal angle between two subspaces, in radians, 0 to π/2: how far the one of fewer dimensions sticks
 * out of the other. From both sine and cosine, so that small angles are as exact as large ones (Knyazev & Argentati 2002).
 */
export function principalAngle(a: Subspace, b: Subspace): number {
  const [small, large] = a.k <= b.k ? [a, b] : [b, a];
  const { k, dimension: d } = small;
  if (d !== large.dimension) throw new RangeError(`principal angle: ${d} and ${large.dimension} columns`);
  if (k === 0) return 0;
  const shadow = products(small.components, k, large.components, large.k, d);
  const rest = small.components.slice();
  for (let i = 0; i < k; i++) {
    for (let l = 0; l < large.k; l++) {
      const factor = shadow[i * large.k + l];
      for (let j = 0; j < d; j++) rest[i * d + j] -= factor * large.components[l * d + j];
    }
  }
  const sine = Math.sqrt(extremeEigenvalue(products(rest, k, rest, k, d), k, "largest"));
  const cosine = Math.sqrt(extremeEigenvalue(products(shadow, k, shadow, k, large.k), k, "smallest"));
  return Math.atan2(sine, cosine);
}

/** X·Yᵀ of n × d and m × d. */
function products(x: Float64Array, n: number, y: Float64Array, m: number, d: number): Float64Array {
  const result = new Float64Array(n * m);
  for (let i = 0; i < n; i++) {
    for (let l = 0; l < m; l++) {
      let sum = 0;
      for (let j = 0; j < d; j++) sum += x[i * d + j] * y[l * d + j];
      result[i * m + l] = sum;
    }
  }
  return result;
}

function extremeEigenvalue(matrix: Float64Array, k: number, which: "largest" | "smallest"): number {
  const { values } = topEigen(matrix, k, () => 1);
  return Math.max(0, values[which === "largest" ? 0 : k - 1]);
}
