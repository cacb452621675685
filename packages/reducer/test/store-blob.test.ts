import { MemoryStore } from "@pomona/store";
import { expect, test } from "vitest";
import { StoreBlob } from "../src/store-blob.ts";

const digits = Buffer.from("0123456789");

test("slices of slices are ranges of the object, fetched when asked for", async () => {
  const store = new MemoryStore();
  const blob = new StoreBlob(store, "k", { start: 0, end: digits.length });
  const inner = blob.slice(2, 8).slice(1, 4);
  expect([blob.size, inner.size]).toEqual([10, 3]);
  await store.put("k", digits);
  expect(Buffer.from(await inner.arrayBuffer()).toString()).toBe("345");
  expect(Buffer.from(await blob.slice(7).arrayBuffer()).toString()).toBe("789");
});

test("refuses what is not in it", () => {
  const blob = new StoreBlob(new MemoryStore(), "k", { start: 0, end: 10 });
  for (const [start, end] of [
    [-1, 3],
    [4, 3],
    [0, 11],
  ]) {
    expect(() => blob.slice(start, end)).toThrow(RangeError);
  }
});
