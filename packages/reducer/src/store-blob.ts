import type { ObjectStore } from "@pomona/core";

export interface StoreBlobRange {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** An object of a store, or a range of it, as a Blob that fetches the bytes only when they are asked for. */
export class StoreBlob extends Blob {
  /** Bytes. */
  override readonly size: number;
  readonly #store: ObjectStore;
  readonly #key: string;
  readonly #range: StoreBlobRange;

  constructor(store: ObjectStore, key: string, range: StoreBlobRange) {
    super([]);
    this.size = range.end - range.start;
    this.#store = store;
    this.#key = key;
    this.#range = range;
  }

  /** Positions from the end are not needed here and refused. */
  override slice(start = 0, end = this.size): StoreBlob {
    if (start < 0 || end < start || end > this.size) {
      throw new RangeError(`no bytes ${start} to ${end} in the ${this.size} of ${this.#key}`);
    }
    const offset = this.#range.start;
    return new StoreBlob(this.#store, this.#key, { start: offset + start, end: offset + end });
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    const bytes = await this.#store.get(this.#key, { range: this.#range });
    return Uint8Array.from(bytes).buffer;
  }
}
