/** The memory in which a symmetric matrix is reduced, and the step of it that takes the time. */
export interface Reduction {
  /** Lower triangle of the matrix, row-major, `[d·d]`. */
  readonly a: Float64Array;
  /** Vectors, `[d]`: zeros at first. */
  readonly u: Float64Array;
  readonly w: Float64Array;
  readonly v: Float64Array;
  readonly product: Float64Array;
  /**
   * A −= u·wᵀ + w·uᵀ on the lower triangle of the leading `size` rows, and product = A·v with the new A, of which the
   * first `size` elements count.
   */
  updateAndMultiply(size: number): void;
}

/** @param matrix `[d·d]`, row-major; copied */
export type OpenReduction = (matrix: Float64Array, d: number) => Reduction;
