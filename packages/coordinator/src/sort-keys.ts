import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compareKeys } from "@pomona/core";
import { linesOf } from "./lines-of.ts";
import type { ListedKey } from "./select-images.ts";

/** Keys in order, each once, in a file that has no name any more: it goes with the process. */
export interface SortedKeys {
  /** May be called any number of times. */
  read(): AsyncGenerator<ListedKey[]>;
  close(): Promise<void>;
}

export interface SortOptions {
  /** Characters of keys that are sorted in memory at a time, about 40 MB of it by default. */
  readonly memoryCharacters?: number;
}

const pageKeys = 4096;

/** Files that are merged at a time: one piece of each is in memory. */
const mergedFiles = 64;

/** Sorts any number of keys in bounded memory: sorted files in a temporary folder, merged. */
export async function sortKeys(
  pages: AsyncIterable<ListedKey[]>,
  { memoryCharacters = 12e6 }: SortOptions = {},
): Promise<SortedKeys> {
  const folder = await mkdtemp(join(tmpdir(), "pomona-sort-"));
  try {
    let files: FileHandle[] = [];
    const add = async (keys: AsyncIterable<ListedKey[]>): Promise<void> => {
      files.push(await writeKeys(join(folder, "keys"), keys));
    };
    for await (const keys of inMemory(pages, memoryCharacters)) await add(once(keys.sort(byKey)));
    while (files.length !== 1) {
      const group = files.slice(0, mergedFiles);
      files = files.slice(mergedFiles);
      await add(merge(group.map(readKeys)));
      await Promise.all(group.map((file) => file.close()));
    }
    const [sorted] = files as [FileHandle];
    return { read: () => merge([readKeys(sorted)]), close: () => sorted.close() };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const byKey = (a: ListedKey, b: ListedKey): number => compareKeys(a.key, b.key);

async function* inMemory(pages: AsyncIterable<ListedKey[]>, memoryCharacters: number): AsyncGenerator<ListedKey[]> {
  let gathered: ListedKey[] = [];
  let characters = 0;
  for await (const keys of pages) {
    for (const entry of keys) {
      gathered.push(entry);
      // An entry is about as big as a key of 60 characters.
      characters += entry.key.length + 60;
    }
    if (characters < memoryCharacters) continue;
    yield gathered;
    gathered = [];
    characters = 0;
  }
  yield gathered;
}

async function* once<T>(item: T): AsyncGenerator<T> {
  yield item;
}

/** A new file whose name is removed at once: nothing is left of it when this process ends, however it does. */
async function writeKeys(path: string, pages: AsyncIterable<ListedKey[]>): Promise<FileHandle> {
  const file = await open(path, "wx+");
  await rm(path);
  for await (const keys of pages) {
    for (let from = 0; from < keys.length; from += pageKeys) {
      const lines = keys.slice(from, from + pageKeys).map((entry) => JSON.stringify(entry));
      await file.write(`${lines.join("\n")}\n`);
    }
  }
  return file;
}

async function* readKeys(file: FileHandle): AsyncGenerator<ListedKey[]> {
  for await (const lines of linesOf(piecesOf(file))) {
    yield lines.filter(Boolean).map((line) => JSON.parse(line) as ListedKey);
  }
}

/** Read by position, so that the file may be read by several at a time. */
async function* piecesOf(file: FileHandle): AsyncGenerator<Uint8Array> {
  for (let position = 0; ; ) {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(1 << 18), 0, 1 << 18, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

interface Cursor {
  readonly pages: AsyncIterator<ListedKey[]>;
  page: ListedKey[];
  at: number;
}

/** The keys of sorted sources in order, each once. */
async function* merge(sources: readonly AsyncIterable<ListedKey[]>[]): AsyncGenerator<ListedKey[]> {
  let cursors: Cursor[] = sources.map((source) => ({ pages: source[Symbol.asyncIterator](), page: [], at: 0 }));
  let last: string | undefined;
  let page: ListedKey[] = [];
  for (;;) {
    for (const cursor of cursors) if (cursor.at === cursor.page.length) await advance(cursor);
    cursors = cursors.filter(({ page: left }) => left.length > 0);
    if (cursors.length === 0) break;
    // Until the first of the pages in hand is used up, the least key is found without waiting.
    for (let least = leastOf(cursors); least !== undefined; least = leastOf(cursors)) {
      const entry = least.page[least.at++] as ListedKey;
      if (entry.key !== last) page.push(entry);
      last = entry.key;
      if (least.at === least.page.length) break;
    }
    if (page.length < pageKeys) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

async function advance(cursor: Cursor): Promise<void> {
  do {
    const { value, done } = await cursor.pages.next();
    cursor.page = done === true ? [] : value;
    cursor.at = 0;
    if (done === true) return;
  } while (cursor.page.length === 0);
}

function leastOf(cursors: readonly Cursor[]): Cursor | undefined {
  let least: Cursor | undefined;
  for (const cursor of cursors) {
    const entry = cursor.page[cursor.at];
    if (entry !== undefined && (least === undefined || byKey(entry, least.page[least.at] as ListedKey) < 0)) {
      least = cursor;
    }
  }
  return least;
}
