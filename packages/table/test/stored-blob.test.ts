import { MissingObjectError } from "@pomona/core";
import { MemoryStore } from "@pomona/store";
import { expect, test } from "vitest";
import { StoredBlob } from "../src/stored-blob.ts";

const fail = (error: unknown) => {
  throw error;
};
const bytes = Uint8Array.from({ length: 20 }, (_, i) => i);

test.each([
  [undefined, undefined],
  [3, 7],
  [-4, undefined],
  [0, -2],
  [5, 99],
  [9, 4],
  [20, 30],
])("slice(%j, %j) is what a Blob in memory gives", async (from, to) => {
  const store = new MemoryStore();
  await store.put("k", bytes);
  const slice = new StoredBlob({ store, key: "k", onFailure: fail }, 0, 20).slice(from, to);
  const expected = new Blob([bytes]).slice(from, to);
  expect(slice.size).toBe(expected.size);
  expect(new Uint8Array(await slice.arrayBuffer())).toEqual(new Uint8Array(await expected.arrayBuffer()));
});

test("a slice of a slice counts from its own start", async () => {
  const store = new MemoryStore();
  await store.put("k", bytes);
  const slice = new StoredBlob({ store, key: "k", onFailure: fail }, 0, 20).slice(5, 15).slice(-3, -1);
  expect(Array.from(new Uint8Array(await slice.arrayBuffer()))).toEqual([12, 13]);
});

test("a failing read is told, and never settles", async () => {
  const told: unknown[] = [];
  const blob = new StoredBlob({ store: new MemoryStore(), key: "gone", onFailure: (error) => told.push(error) }, 0, 20);
  const first = await Promise.race([
    blob.slice(0, 4).arrayBuffer(),
    new Promise((done) => setTimeout(done, 50, "late")),
  ]);
  expect(first).toBe("late");
  expect(told).toEqual([expect.any(MissingObjectError)]);
});
