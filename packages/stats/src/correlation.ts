import type { Moments } from "./moments.ts";
import { packedDiagonal, packedRowStart } from "./packed-triangle.ts";

export interface Correlation {
  /** m × m, row-major, both triangles, ones on the diagonal. */
  readonly matrix: Float64Array;
  /** The m columns of the features that vary, ascending. */
  readonly columns: readonly number[];
}

/**
 * The correlation matrix of the columns that vary: the covariance of the standardised features, r_ij = M_ij / √(M_ii·M_jj).
 */
export function correlation({ dimension, comoment }: Moments): Correlation {
  const root = packedDiagonal(comoment, dimension).map(Math.sqrt);
  const columns = Array.from(root.keys()).filter((j) => root[j] > 0);
  const m = columns.length;
  const matrix = new Float64Array(m * m);
  for (let a = 0; a < m; a++) {
    const i = columns[a];
    const start = packedRowStart(i, dimension) - i;
    matrix[a * m + a] = 1;
    for (let b = a + 1; b < m; b++) {
      const j = columns[b];
      const value = comoment[start + j] / (root[i] * root[j]);
      matrix[a * m + b] = value;
      matrix[b * m + a] = value;
    }
  }
  return { matrix, columns };
}
