import { compareKeys } from "@pomona/core";
import { expect, it } from "vitest";
import type { ListedKey } from "../src/select-images.ts";
import { sortKeys } from "../src/sort-keys.ts";

async function* pagesOf(keys: readonly ListedKey[], size: number): AsyncGenerator<ListedKey[]> {
  for (let at = 0; at < keys.length; at += size) yield keys.slice(at, at + size);
}

async function gather(pages: AsyncIterable<ListedKey[]>): Promise<ListedKey[]> {
  const keys: ListedKey[] = [];
  for await (const page of pages) keys.push(...page);
  return keys;
}

it.each([
  [0, 100],
  [1, 100],
  [20_000, 1e9],
  // Some 200 files, more than are merged at a time.
  [20_000, 8_000],
])("sorts %i keys, %i characters at a time", async (count, memoryCharacters) => {
  const keys = Array.from({ length: count }, (_, i) => {
    const key = `${(i * 7919) % 10_007}\n"${i % 2 === 0 ? "\u{1f34e}" : "\udcff"}`;
    return { key, size: i, ...(i % 3 === 0 && { etag: `e${i}` }) };
  });
  const sorted = await sortKeys(pagesOf(keys, 100), { memoryCharacters });
  const byKey = new Map(keys.map((entry) => [entry.key, entry]));
  const expected = [...byKey.keys()].sort(compareKeys);
  const [once, again] = await Promise.all([gather(sorted.read()), gather(sorted.read())]);
  expect(once.map(({ key }) => key)).toEqual(expected);
  expect(again).toEqual(once);
  const known = new Set(keys.map((entry) => JSON.stringify(entry)));
  expect(once.every((entry) => known.has(JSON.stringify(entry)))).toBe(true);
  await sorted.close();
});

it("passes on what its source throws", async () => {
  async function* failing(): AsyncGenerator<ListedKey[]> {
    yield [{ key: "a" }];
    throw new Error("the list broke off");
  }
  await expect(sortKeys(failing())).rejects.toThrow("the list broke off");
});
