import { describe, expect, test } from "vitest";
import type { Batch } from "../src/batch.ts";
import { mergeShards, withVersions } from "../src/merge-shards.ts";
import type { Shard } from "../src/shard.ts";

/** Rows at these places, each of twice its `value`; the images at `bad` have none. */
function shard(rows: Record<number, number>, bad: Record<number, string> = {}, more: Partial<Shard> = {}): Shard {
  const index = Uint32Array.from(Object.keys(rows).map(Number));
  return {
    run: "r",
    batch: 1,
    batchHash: "h",
    fingerprint: "f",
    index,
    features: Float32Array.from(Object.values(rows).flatMap((value) => [value, value])),
    dimension: 2,
    quarantined: Object.entries(bad).map(([at, detail]) => ({
      index: Number(at),
      stage: "decode",
      reason: "truncated",
      detail,
    })),
    ...more,
  };
}

const base = shard({ 0: 10, 3: 13 }, { 1: "a", 2: "b", 4: "c" });

describe("a shard and what was tried again", () => {
  test("is the shard itself where nothing was", () => {
    expect(mergeShards(base, [])).toBe(base);
  });

  test("has the rows of images that can be read by now, in order, and keeps the others in quarantine", () => {
    const merged = mergeShards(base, [shard({ 1: 21, 4: 24 }, { 2: "still" })]);
    expect([...merged.index]).toEqual([0, 1, 3, 4]);
    expect([...merged.features]).toEqual([10, 10, 21, 21, 13, 13, 24, 24]);
    expect(merged.quarantined).toMatchObject([{ index: 2, detail: "still" }]);
  });

  test("of several retries the last one counts, whatever it says", () => {
    const versions = (size: number) => ({ versions: [{ index: 1, size }] });
    const merged = mergeShards(base, [
      shard({ 1: 21 }, {}, versions(5)),
      shard({}, { 1: "broken again" }, versions(6)),
    ]);
    expect([...merged.index]).toEqual([0, 3]);
    expect(merged.quarantined.map(({ index, detail }) => [index, detail])).toEqual([
      [1, "broken again"],
      [2, "b"],
      [4, "c"],
    ]);
    expect(merged.versions).toEqual([{ index: 1, size: 6 }]);
  });

  test("its batch has the versions that were tried, without what the listing said of earlier ones", () => {
    const images = ["a", "b"].map((key) => ({ key, label: "x", size: 1, modifiedAt: 1, etag: "old" }));
    const { images: now } = withVersions({ images } as unknown as Batch, [{ index: 1, size: 7, modifiedAt: 8 }]);
    expect(now).toEqual([images[0], { key: "b", label: "x", size: 7, modifiedAt: 8 }]);
  });
});
