import type { ObjectStore } from "@pomona/core";

interface Source {
  readonly store: ObjectStore;
  readonly key: string;
  readonly onFailure: (error: unknown) => void;
}

/**
 * Bytes `start` to `end` of an object, read when they are asked for: what parquet-wasm takes for a file.
 *
 * A read that fails tells `onFailure` and never settles: parquet-wasm panics on a Blob that rejects, in a callback where
 * nobody can catch it.
 */
export class StoredBlob extends Blob {
  override readonly size: number;
  readonly #source: Source;
  readonly #start: number;

  constructor(source: Source, start: number, end: number) {
    super([]);
    this.size = end - start;
    this.#source = source;
    this.#start = start;
  }

  override slice(from = 0, to = this.size): Blob {
    const place = (at: number) => this.#start + Math.min(this.size, at < 0 ? Math.max(0, this.size + at) : at);
    return new StoredBlob(this.#source, place(from), Math.max(place(from), place(to)));
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    const { store, key, onFailure } = this.#source;
    try {
      const bytes = await store.get(key, { range: { start: this.#start, end: this.#start + this.size } });
      return Uint8Array.from(bytes).buffer;
    } catch (error) {
      onFailure(error);
      return new Promise(() => {});
    }
  }
}
