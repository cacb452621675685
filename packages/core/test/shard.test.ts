import { tableFromIPC } from "apache-arrow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeShard, encodeShard, type Shard, ShardError } from "../src/shard.ts";

function makeShard(rows: number, dimension: number): Shard {
  return {
    run: "20260101-120000-abcdef",
    batch: 12,
    batchHash: "aa",
    fingerprint: "bb",
    index: Uint32Array.from({ length: rows }, (_, i) => 2 * i),
    features: Float32Array.from({ length: rows * dimension }, (_, i) => Math.fround(Math.sin(i))),
    dimension,
    quarantined: [{ index: 1, stage: "decode", reason: "truncated", detail: "premature end 🍎" }],
  };
}

describe("shards", () => {
  test("come back as they were, odd and empty ones included", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 9 }), (rows, dimension) => {
        const shard = makeShard(rows, dimension);
        expect(decodeShard(encodeShard(shard), "k")).toEqual(shard);
      }),
    );
  });

  test("can lie at any offset of a larger buffer", () => {
    const shard = makeShard(3, 5);
    const bytes = encodeShard(shard);
    const larger = new Uint8Array(bytes.length + 3);
    larger.set(bytes, 3);
    expect(decodeShard(larger.subarray(3), "k")).toEqual(shard);
  });

  test("special values keep their bits", () => {
    const shard = { ...makeShard(1, 3), features: Float32Array.of(-0, 1e-42, Number.MAX_VALUE) };
    expect(decodeShard(encodeShard(shard), "k").features).toEqual(shard.features);
  });

  test("keep the versions of retried images, and say nothing of them where none were", () => {
    const versions = [{ index: 1, size: 7, modifiedAt: 8, etag: "e" }];
    const retried = { ...makeShard(1, 3), versions };
    expect(decodeShard(encodeShard(retried), "k")).toEqual(retried);
    expect(Buffer.from(encodeShard(makeShard(1, 3))).includes("versions")).toBe(false);
  });

  test("the same shard gives the same bytes", () => {
    expect(encodeShard(makeShard(4, 3))).toEqual(encodeShard(makeShard(4, 3)));
  });

  test("any Arrow reader sees the rows", () => {
    const table = tableFromIPC(encodeShard(makeShard(3, 2)));
    expect([table.numRows, table.schema.names]).toEqual([3, ["index", "features"]]);
  });

  test("a damaged byte of the content is found, wherever it is", () => {
    const bytes = encodeShard(makeShard(3, 4));
    const first = Buffer.from(bytes).indexOf(Buffer.from(makeShard(3, 4).features.buffer));
    expect(first).toBeGreaterThan(0);
    for (let at = first; at < first + 48; at++) {
      const damaged = bytes.slice();
      damaged[at] ^= 1;
      expect(() => decodeShard(damaged, "shards/12"), `byte ${at}`).toThrow(ShardError);
    }
  });

  test.each([0, 7, 100, 600])("a file cut to %i bytes is no shard", (length) => {
    expect(() => decodeShard(encodeShard(makeShard(3, 4)).slice(0, length), "shards/12")).toThrow(ShardError);
  });

  test("a shard of another version is refused by name", () => {
    const text = Buffer.from(encodeShard(makeShard(1, 1))).toString("latin1");
    const renamed = Buffer.from(text.replaceAll("pomona.shard", "pomona.shart"), "latin1");
    expect(() => decodeShard(renamed, "shards/12")).toThrow("shard shards/12 is unusable: it is of another version");
  });

  test("values that are not whole rows are refused", () => {
    expect(() => encodeShard({ ...makeShard(2, 3), features: new Float32Array(5) })).toThrow(RangeError);
  });
});
