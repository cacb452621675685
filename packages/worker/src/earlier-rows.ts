import { type ObjectStore, PomonaError, type PublishedPart } from "@pomona/core";
import type { OpenParquet } from "@pomona/table";

/** A part of an earlier table, open, with where its rows are. */
interface OpenPart {
  readonly part: number;
  readonly file: OpenParquet;
  /** Row group and row of each path. */
  readonly places: ReadonlyMap<string, readonly [group: number, row: number]>;
}

/** [n, width], row-major. */
interface Features {
  readonly values: Float32Array;
  readonly width: number;
}

/**
 * Features of an earlier table by path. One part's paths and one row group's features are in memory: a reader that asks
 * in the table's order reads each of them once.
 */
export class EarlierRows {
  readonly #store: ObjectStore;
  readonly #parts: readonly PublishedPart[];
  #open: OpenPart | undefined;
  #group: (Features & { readonly number: number }) | undefined;

  constructor(store: ObjectStore, parts: readonly PublishedPart[]) {
    this.#store = store;
    this.#parts = parts;
  }

  /** The features of each of `paths` that part `part` has a row of. */
  async read(part: number, paths: readonly string[]): Promise<Map<string, Float32Array>> {
    const { file, places } = await this.#openPart(part);
    const found = new Map<string, Float32Array>();
    for (const path of paths) {
      const place = places.get(path);
      if (place === undefined) continue;
      const [number, row] = place;
      if (this.#group?.number !== number) this.#group = { number, ...(await this.#featuresOf(file, number, part)) };
      const { values, width } = this.#group;
      found.set(path, values.slice(row * width, (row + 1) * width));
    }
    return found;
  }

  async #featuresOf(file: OpenParquet, group: number, part: number): Promise<Features> {
    const features = await featuresOf(file, group);
    if (features !== undefined) return features;
    const place = `${this.#store.uri}${this.#parts[part]?.key}`;
    throw new PomonaError("unreadable-file", `${place}: its features are no float32 numbers`, {
      remedy: "Decode all images anew with `pomona run`, or update from a result that Pomona wrote.",
    });
  }

  async #openPart(part: number): Promise<OpenPart> {
    if (this.#open?.part === part) return this.#open;
    const published = this.#parts[part];
    if (published === undefined) throw new RangeError(`the earlier table has no part ${part}`);
    this.#open?.file.close();
    this.#open = undefined;
    this.#group = undefined;
    // Only who updates pays for loading the reader.
    const { openParquet } = await import("@pomona/table");
    const file = await openParquet(this.#store, published.key, published.bytes);
    const places = new Map<string, readonly [number, number]>();
    for (let group = 0; group < file.groups; group++) {
      const paths = (await file.group(group, ["path"])).getChild("path");
      for (let row = 0; row < (paths?.length ?? 0); row++) places.set(String(paths?.get(row)), [group, row]);
    }
    this.#open = { part, file, places };
    return this.#open;
  }
}

/** Undefined where they are of another type. */
async function featuresOf(file: OpenParquet, group: number): Promise<Features | undefined> {
  const column = (await file.group(group, ["features"])).getChild("features");
  const width = column?.data[0]?.stride ?? 0;
  const values = new Float32Array((column?.length ?? 0) * width);
  let at = 0;
  for (const { children, offset, length } of column?.data ?? []) {
    const numbers: unknown = children[0]?.values;
    if (!(numbers instanceof Float32Array)) return undefined;
    values.set(numbers.subarray(offset * width, (offset + length) * width), at);
    at += length * width;
  }
  return { values, width };
}
