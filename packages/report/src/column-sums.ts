/**
 * Mean and sample standard deviation of columns, from running sums of x and x². Enough for columns whose mean is small
 * beside their spread, as those of standardised features and of principal components are; not for others.
 */
export class ColumnSums {
  readonly #sum: Float64Array;
  readonly #squares: Float64Array;
  #count = 0;

  constructor(columns: number) {
    this.#sum = new Float64Array(columns);
    this.#squares = new Float64Array(columns);
  }

  /** @param rows row-major, [n, columns] */
  add(rows: ArrayLike<number>): void {
    const columns = this.#sum.length;
    const [sum, squares] = [this.#sum, this.#squares];
    for (let at = 0; at + columns <= rows.length; at += columns) {
      for (let j = 0; j < columns; j++) {
        const x = rows[at + j] as number;
        sum[j] = (sum[j] as number) + x;
        squares[j] = (squares[j] as number) + x * x;
      }
      this.#count += 1;
    }
  }

  /** [columns] */
  mean(): Float64Array {
    return this.#sum.map((sum) => sum / this.#count);
  }

  /** [columns], with n − 1; NaN for fewer than two rows. */
  variance(): Float64Array {
    const n = this.#count;
    return this.#squares.map((squares, j) => {
      const sum = this.#sum[j] as number;
      return Math.max(0, squares - (sum * sum) / n) / (n - 1);
    });
  }
}
