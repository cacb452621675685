import {
  type Batch,
  compareKeys,
  decodeBatch,
  decodePartBooks,
  decodeSuccess,
  isDecodable,
  type ListedImage,
  MissingObjectError,
  type ObjectStore,
  type OpenRun,
  outputLayout,
  PomonaError,
  runLayout,
  type Success,
} from "@pomona/core";
import { EarlierRows } from "./earlier-rows.ts";

/** Batches of the earlier run that are kept: neighbours are asked for one after the other. */
const keptBatches = 32;

/**
 * The finished run that a run updates: finds the features of images that are the same now as they were then. Memory is a
 * few batches and what {@link EarlierRows} holds, however many images there were.
 */
export class EarlierRun {
  readonly #store: ObjectStore;
  readonly #input: string;
  readonly #success: Success;
  readonly #rows: EarlierRows;
  readonly #batches = new Map<number, Promise<Batch | undefined>>();
  /** Ends of the ranges of batches that the parts hold. */
  #partEnds: readonly number[] | undefined;
  /** One look-up at a time: they share what is open. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(store: ObjectStore, input: string, success: Success) {
    this.#store = store;
    this.#input = input;
    this.#success = success;
    this.#rows = new EarlierRows(store, success.parts);
  }

  /** Undefined where the run updates none. Throws {@link PomonaError} `earlier-changed` where that has another result now. */
  static async of({ file, earlier, input }: OpenRun): Promise<EarlierRun | undefined> {
    if (file.update === undefined || earlier === undefined) return undefined;
    const success = decodeSuccess(await earlier.get(outputLayout.success));
    if (success?.run !== file.update.run) {
      throw new PomonaError("earlier-changed", `${file.update.from} no longer holds run ${file.update.run}`, {
        remedy: "Start the update again with --overwrite.",
      });
    }
    return new EarlierRun(earlier, input.uri, success);
  }

  /** Features by position among `images`, which are in the order of their keys; of the others nothing can be taken over. */
  find(images: readonly ListedImage[]): Promise<Map<number, Float32Array>> {
    const finding = this.#last.then(() => this.#find(images));
    this.#last = finding.catch(() => {});
    return finding;
  }

  async #find(images: readonly ListedImage[]): Promise<Map<number, Float32Array>> {
    const found = new Map<number, Float32Array>();
    const [first] = images;
    if (first === undefined) return found;
    /** By part: path to position. */
    const wanted = new Map<number, Map<string, number>>();
    let ordinal = await this.#batchOf(first.key);
    let batch = await this.#batch(ordinal);
    let at = 0;
    for (const [position, image] of images.entries()) {
      // Both listings are in the order of their keys.
      while (batch !== undefined && !batch.end) {
        const old = batch.images[at];
        if (old !== undefined && compareKeys(old.key, image.key) >= 0) break;
        at += 1;
        if (old !== undefined) continue;
        ordinal += 1;
        batch = await this.#batch(ordinal);
        at = 0;
      }
      const old = batch?.images[at];
      if (old === undefined || old.key !== image.key || !isSame(old, image) || !isDecodable(image.key)) continue;
      const part = await this.#partOf(ordinal);
      const paths = wanted.get(part) ?? new Map<string, number>();
      wanted.set(part, paths.set(this.#input + image.key, position));
    }
    for (const [part, paths] of wanted) {
      const rows = await this.#rows.read(part, [...paths.keys()]);
      for (const [path, position] of paths) {
        const features = rows.get(path);
        // It was in quarantine.
        if (features !== undefined) found.set(position, features);
      }
    }
    return found;
  }

  /** The first batch that ends at `key` or after it. */
  async #batchOf(key: string): Promise<number> {
    const endsBefore = async (n: number): Promise<boolean> => {
      const batch = await this.#batch(n);
      return batch !== undefined && !batch.end && batch.last !== null && compareKeys(batch.last, key) < 0;
    };
    let low = 0;
    let step = 1;
    while (await endsBefore(low + step - 1)) {
      low += step;
      step *= 2;
    }
    let high = low + step - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (await endsBefore(middle)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #batch(ordinal: number): Promise<Batch | undefined> {
    const key = runLayout(this.#success.run).batch(ordinal);
    const reading =
      this.#batches.get(ordinal) ??
      this.#store.get(key).then(
        (bytes) => decodeBatch(bytes, key),
        (error: unknown) => {
          if (error instanceof MissingObjectError) return undefined;
          throw error;
        },
      );
    this.#batches.delete(ordinal);
    this.#batches.set(ordinal, reading);
    const [oldest] = this.#batches.keys();
    if (this.#batches.size > keptBatches && oldest !== undefined) this.#batches.delete(oldest);
    return reading;
  }

  async #partOf(ordinal: number): Promise<number> {
    const { run, generation, parts } = this.#success;
    const names = runLayout(run).generation(generation);
    this.#partEnds ??= await Promise.all(
      parts.map(async (_, part) => {
        const key = names.partBooks(part);
        return decodePartBooks(await this.#store.get(key), key).to;
      }),
    );
    return this.#partEnds.findIndex((end) => ordinal < end);
  }
}

/** By the store's own mark, or else by size and time; what the listing did not tell cannot be known to be the same. */
function isSame(a: ListedImage, b: ListedImage): boolean {
  if (a.etag !== undefined && b.etag !== undefined) return a.etag === b.etag;
  return a.size !== undefined && a.modifiedAt !== undefined && a.size === b.size && a.modifiedAt === b.modifiedAt;
}
