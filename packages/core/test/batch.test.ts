import { describe, expect, test } from "vitest";
import { type Batch, batchCapacity, batchHash, decodeBatch, encodeBatch } from "../src/batch.ts";
import { PomonaError } from "../src/errors.ts";

const batch: Batch = {
  name: "pomona.batch",
  version: 1,
  run: "20260101-120000-abcdef",
  ordinal: 3,
  listedBefore: 48,
  after: "a/9.jpg",
  last: "b/🍎 \uDC80.jpg",
  end: false,
  images: [
    { key: "b/1.jpg", label: "b", size: 10, modifiedAt: 5, etag: "x" },
    { key: "b/🍎 \uDC80.jpg", label: "b", size: 11, modifiedAt: 6 },
  ],
};

describe("batches", () => {
  test("grow by ordinal: 16 of at most 16, 32 of at most 64, then whole ones", () => {
    const capacities = Array.from({ length: 60 }, (_, n) => batchCapacity(n, 256));
    expect(capacities.filter((n) => n === 16)).toHaveLength(16);
    expect(capacities.filter((n) => n === 64)).toHaveLength(32);
    expect(capacities.slice(48)).toEqual(new Array(12).fill(256));
    expect(capacities).toEqual([...capacities].sort((a, b) => a - b));
  });

  test("never hold more than asked for", () => {
    expect([0, 20, 100].map((n) => batchCapacity(n, 7))).toEqual([7, 7, 7]);
    expect([0, 20, 100].map((n) => batchCapacity(n, 40))).toEqual([16, 40, 40]);
  });

  test("come back as they were, keys that are not UTF-8 included", () => {
    expect(decodeBatch(encodeBatch(batch), "k")).toEqual(batch);
  });

  test.each(["", "{", "null", '{"name":"pomona.batch","version":2}', JSON.stringify({ ...batch, colour: "red" })])(
    "%j is refused by name",
    (text) => {
      const decode = () => decodeBatch(Buffer.from(text), "batches/1.json");
      expect(decode).toThrow(PomonaError);
      expect(decode).toThrow("batches/1.json is not a batch");
    },
  );

  test("the hash is of keys and versions, not of run or place", () => {
    expect(batchHash({ ...batch, run: "other", ordinal: 9, listedBefore: 0 })).toBe(batchHash(batch));
    const first = batch.images[0];
    for (const change of [{ key: "b/2.jpg" }, { size: 12 }, { modifiedAt: 7 }, { etag: "y" }, { etag: undefined }]) {
      const images = [{ ...first, ...change }, batch.images[1]];
      expect(batchHash({ ...batch, images } as Batch)).not.toBe(batchHash(batch));
    }
    expect(batchHash({ ...batch, images: batch.images.slice(0, 1) })).not.toBe(batchHash(batch));
  });
});
