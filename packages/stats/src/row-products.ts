/**
 * The two products with a matrix of n rows that a linear model is trained by. What they answer belongs to them and holds
 * good until their next call.
 */
export interface RowProducts {
  /** n */
  readonly rows: number;
  /** d */
  readonly dimension: number;
  /** X·Wᵀ: each row times each of c weight vectors, n × c. @param weights c × d */
  withWeights(weights: Float64Array, classes: number): Promise<Float64Array>;
  /** RᵀX: the rows added up with c weights each, c × d. @param residuals n × c */
  withResiduals(residuals: Float64Array, classes: number): Promise<Float64Array>;
  release(): Promise<void>;
}

/** In plain loops, in double whatever the type of the rows. Good for small matrices, and the oracle of the fast one. */
export function createTypescriptRowProducts(x: ArrayLike<number>, d: number): RowProducts {
  const n = x.length / d;
  return {
    rows: n,
    dimension: d,
    async withWeights(weights, classes) {
      const result = new Float64Array(n * classes);
      for (let row = 0; row < n; row++) {
        for (let c = 0; c < classes; c++) result[row * classes + c] = dot(x, row * d, weights, c * d, d);
      }
      return result;
    },
    async withResiduals(residuals, classes) {
      const result = new Float64Array(classes * d);
      for (let row = 0; row < n; row++) {
        for (let c = 0; c < classes; c++) {
          const factor = residuals[row * classes + c];
          for (let j = 0; j < d; j++) result[c * d + j] += factor * x[row * d + j];
        }
      }
      return result;
    },
    async release() {},
  };
}

function dot(x: ArrayLike<number>, x0: number, y: Float64Array, y0: number, d: number): number {
  let sum = 0;
  for (let j = 0; j < d; j++) sum += x[x0 + j] * y[y0 + j];
  return sum;
}
