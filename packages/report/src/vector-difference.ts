/** How far two columns of vectors are apart, over all rows that both have. */
export interface VectorDifference {
  readonly rows: number;
  /** Numbers in a vector of either table; 0 where none has any. */
  readonly widths: readonly [number, number];
  /** Largest |a − b|. */
  readonly largest: number;
  /** Mean |a − b|. */
  readonly mean: number;
  /** Path of the row with the largest difference. */
  readonly worst: string;
}

/** Adds up the difference of two columns; vectors of different widths are compared as far as both go. */
export class VectorDifferences {
  #rows = 0;
  #widths: [number, number] = [0, 0];
  #largest = 0;
  #sum = 0;
  #numbers = 0;
  #worst = "";

  add(path: string, a: ArrayLike<number>, b: ArrayLike<number>): void {
    this.#rows += 1;
    this.#widths = [Math.max(this.#widths[0], a.length), Math.max(this.#widths[1], b.length)];
    const width = Math.min(a.length, b.length);
    this.#numbers += width;
    for (let j = 0; j < width; j++) {
      const difference = Math.abs((a[j] as number) - (b[j] as number));
      this.#sum += difference;
      // NaN counts as larger than anything.
      if (Number.isNaN(this.#largest) || difference <= this.#largest) continue;
      this.#largest = difference;
      this.#worst = path;
    }
  }

  finish(): VectorDifference {
    return {
      rows: this.#rows,
      widths: this.#widths,
      largest: this.#largest,
      mean: this.#numbers === 0 ? 0 : this.#sum / this.#numbers,
      worst: this.#worst,
    };
  }
}
