import { runLayout } from "@pomona/core";
import { MemoryStore } from "@pomona/store";
import { expect, test } from "vitest";
import { Marks } from "../src/marks.ts";

const run = "20240101-000000-aaaaaa";

/** An attempt at a batch of `images` whose worker dies with image `poison` in hand; returns which were tried. */
async function attempt(out: MemoryStore, images: number, poison: number): Promise<number[]> {
  const marks = await Marks.read(out, run, 3);
  const tried: number[] = [];
  for (let index = 0; index < images; index++) {
    if (!(await marks.mayTry(index))) continue;
    tried.push(index);
    if (index === poison) return tried;
  }
  await marks.allTried(images);
  return tried;
}

async function keysOf(out: MemoryStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of out.list({ prefix: runLayout(run).suspects(3) })) keys.push(key.split("/").at(-1)!);
  return keys.sort();
}

test("an image is tried twice, then never again; those before it are tried each time", async () => {
  const out = new MemoryStore();
  expect(await attempt(out, 6, 2)).toEqual([0, 1, 2]);
  expect(await attempt(out, 6, 2)).toEqual([0, 1, 2]);
  expect(await keysOf(out)).toEqual(["0.1", "1.1", "2.1", "2.2"]);
  expect(await attempt(out, 6, 2)).toEqual([0, 1, 3, 4, 5]);
});

test("two images of a batch are found, one after the other", async () => {
  const out = new MemoryStore();
  for (const poison of [1, 1, 4, 4]) await attempt(out, 6, poison);
  expect(await attempt(out, 6, -1)).toEqual([0, 2, 3, 5]);
});

test("a worker that dies at another image each time blames none", async () => {
  const out = new MemoryStore();
  for (const poison of [0, 2, 5, 3, 1]) await attempt(out, 6, poison);
  expect(await attempt(out, 6, -1)).toEqual([0, 1, 2, 3, 4, 5]);
});

test("a worker that dies after the last image does not blame it", async () => {
  const out = new MemoryStore();
  for (let i = 0; i < 4; i++) expect(await attempt(out, 3, -1)).toEqual([0, 1, 2]);
});
