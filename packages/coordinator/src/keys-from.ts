import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { compareKeys, displayKey, type ObjectStore, UsageError } from "@pomona/core";
import type { ImageSource } from "./image-source.ts";
import { inventoryKeys, isInventory } from "./inventory.ts";
import { linesOf } from "./lines-of.ts";
import { type ListedKey, type ListingOptions, selectImages } from "./select-images.ts";
import { type SortedKeys, sortKeys } from "./sort-keys.ts";

export interface KeysFromOptions extends ListingOptions {
  /** Where the list lies. */
  readonly list: { readonly store: ObjectStore; readonly key: string };
  /** Put the keys into order first; without it the list must be in order. */
  readonly sort: boolean;
  /** Opens the bucket that holds the files of an inventory. */
  readonly openBucket: (bucket: string) => Promise<ObjectStore>;
}

export interface KeysFrom {
  readonly source: ImageSource;
  /**
   * Reads the whole list once where it must be in order, and throws what is wrong with it. For before a run begins: a
   * list that is mended after some of its batches were stored would lose the keys that moved to before their end.
   */
  check(): Promise<void>;
  /** Gives up what was sorted. */
  close(): Promise<void>;
}

/**
 * The listing as a list: a file with one key a line (gzip, if it ends in `.gz`), relative to the input or as a whole
 * address below it, or the `manifest.json` of an S3 Inventory. It is streamed each time the source is asked, with the
 * rules of a listing for what is an image. Memory does not grow with it; sorting takes its size twice of disk.
 *
 * @throws UsageError `listing-disorder` at the first key that is not greater than the one before, `bad-keys` for an
 * address outside of the input
 */
export function keysFrom(options: KeysFromOptions): KeysFrom {
  const { list, sort, input } = options;
  const inventory = isInventory(list.key);
  if (inventory && !sort) {
    throw new UsageError("bad-keys", `${list.key}: the files of an S3 Inventory are not in the order of keys`, {
      remedy: "Add --sort-keys.",
    });
  }
  const select = selectImages(options);
  const read = (): AsyncIterable<ListedKey[]> =>
    inventory ? inventoryKeys({ ...list, input, openBucket: options.openBucket }) : plainKeys(options);
  let sorted: Promise<SortedKeys> | undefined;
  async function* ordered(): AsyncGenerator<ListedKey[]> {
    if (!sort) return yield* read();
    sorted ??= sortKeys(read());
    yield* (await sorted).read();
  }
  return {
    async *source(after) {
      for await (const keys of ordered()) {
        for (const entry of keys) {
          if (after !== null && compareKeys(entry.key, after) <= 0) continue;
          const image = select(entry);
          if (image !== undefined) yield image;
        }
      }
    },
    async check() {
      if (sort) return;
      for await (const _ of read());
    },
    async close() {
      await (await sorted)?.close();
      sorted = undefined;
    },
  };
}

async function* plainKeys({ list: { store, key: name }, input, sort }: KeysFromOptions): AsyncGenerator<ListedKey[]> {
  const bytes = store.stream(name);
  const plain = /\.gz$/i.test(name) ? Readable.from(bytes).compose<NodeJS.ReadWriteStream>(createGunzip()) : bytes;
  let line = 0;
  let before: string | undefined;
  for await (const lines of linesOf(plain as AsyncIterable<Uint8Array>)) {
    const keys: ListedKey[] = [];
    for (const text of lines) {
      line += 1;
      if (text === "") continue;
      const key = keyOf(text, input.uri, () => `${name}, line ${line}`);
      if (!sort && before !== undefined && compareKeys(before, key) >= 0) throw disorder(name, line, before, key);
      before = key;
      keys.push({ key });
    }
    yield keys;
  }
}

/** A key is relative; the parts `.` and `..` would mean another object, or one outside of the input, to a folder. */
function keyOf(text: string, inputUri: string, where: () => string): string {
  const key = text.startsWith(inputUri) ? text.slice(inputUri.length) : text.startsWith("./") ? text.slice(2) : text;
  const isOutside = /^[a-z0-9]+:\/\//i.test(key) || key.startsWith("/") || /(^|\/)\.\.?(\/|$)/.test(key) || key === "";
  if (!isOutside) return key;
  throw new UsageError("bad-keys", `${where()}: ${displayKey(text)} is no key below ${inputUri}`, {
    remedy: `Write keys relative to the input, or whole addresses that begin with ${inputUri}.`,
  });
}

function disorder(name: string, line: number, before: string, key: string): UsageError {
  const what = before === key ? "is there twice" : `comes after ${displayKey(before)}`;
  return new UsageError("listing-disorder", `${name}, line ${line}: ${displayKey(key)} ${what}`, {
    remedy: `Keys must come in byte order, each once: LC_ALL=C sort -u ${name}, or add --sort-keys.`,
  });
}
