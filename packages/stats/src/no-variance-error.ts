/** There is nothing to fit a PCA to: fewer than two rows, or all rows are equal. */
export class NoVarianceError extends Error {
  override readonly name = "NoVarianceError";
}
