import { encodeBatch, encodeShard, runLayout } from "@pomona/core";
import { MemoryStore } from "@pomona/store";
import { describe, expect, test } from "vitest";
import { StoredQuarantine } from "../src/stored-quarantine.ts";

const run = "20260101-120000-aaaaaa";
const layout = runLayout(run);
const everything = { reason: undefined, label: undefined };
const first = { from: 0, count: 10 };

/** Counts the bytes that are read of shards, and how often they are listed. */
class CountingStore extends MemoryStore {
  bytes = 0;
  listings = 0;
  override list(...options: Parameters<MemoryStore["list"]>) {
    this.listings += 1;
    return super.list(...options);
  }
  override async get(...[key, options]: Parameters<MemoryStore["get"]>) {
    const bytes = await super.get(key, options);
    if (key.startsWith(layout.shards)) this.bytes += bytes.length;
    return bytes;
  }
}

async function put(out: MemoryStore, batch: number, bad: readonly number[], detail = "cut off"): Promise<void> {
  const images = Array.from({ length: 16 }, (_, i) => ({ key: `kind/${batch}-${i}.jpg`, label: `kind ${i % 2}` }));
  const common = { name: "pomona.batch", version: 1, run, listedBefore: 16 * batch, after: null, last: null } as const;
  await out.put(layout.batch(batch), encodeBatch({ ...common, ordinal: batch, end: false, images }));
  const index = Uint32Array.from({ length: 16 }, (_, i) => i).filter((i) => !bad.includes(i));
  const quarantined = bad.map((i) => ({ index: i, stage: "decode", reason: "truncated", detail }) as const);
  const features = new Float32Array(index.length * 1280);
  const hashes = { batchHash: "", fingerprint: "" };
  await out.put(
    layout.shard(batch),
    encodeShard({ run, batch, ...hashes, index, features, dimension: 1280, quarantined }),
  );
}

describe("the quarantine of a run that is not finished", () => {
  test("is read from the footers of its shards, each once, in the order of the listing", async () => {
    const out = new CountingStore();
    await put(out, 0, []);
    await put(out, 2, [1]);
    const stored = new StoredQuarantine({ out, run, input: "s3://b/photos/" });
    const page = await stored.page(everything, first, 10_000);
    expect(page.rows).toEqual([
      { path: "s3://b/photos/kind/2-1.jpg", label: "kind 1", stage: "decode", reason: "truncated", detail: "cut off" },
    ]);
    expect(page.incomplete).toBeUndefined();
    await put(out, 1, [3, 4]);
    const later = await stored.page(everything, first, 10_000);
    expect(later.rows.map(({ path }) => path.slice(-7))).toEqual(["1-3.jpg", "1-4.jpg", "2-1.jpg"]);
    expect(stored.reasons).toEqual({ truncated: 3 });
    expect(out.bytes).toBeLessThanOrEqual(3 * 16 * 1024);
  });

  test("is filtered, and shown a page at a time", async () => {
    const out = new CountingStore();
    await put(out, 0, [0, 1, 2, 3, 4]);
    const stored = new StoredQuarantine({ out, run, input: "s3://b/" });
    const label = await stored.page({ reason: "truncated", label: "kind 0" }, first, 10_000);
    expect(label.rows.map(({ path }) => path.slice(-7))).toEqual(["0-0.jpg", "0-2.jpg", "0-4.jpg"]);
    expect((await stored.page({ reason: "empty", label: undefined }, first, 10_000)).rows).toEqual([]);
    const page = await stored.page(everything, { from: 2, count: 2 }, 10_000);
    expect([page.rows.length, page.hasMore]).toEqual([2, true]);
  });

  test("is whole where a footer is longer than what is read of it at first", async () => {
    const out = new CountingStore();
    await put(out, 0, [0, 1, 2], "x".repeat(10_000));
    const stored = new StoredQuarantine({ out, run, input: "s3://b/" });
    expect((await stored.page(everything, first, 10_000)).rows).toHaveLength(3);
  });

  test("is looked for in no other batches than those that are known to have some", async () => {
    const out = new CountingStore();
    for (let batch = 0; batch < 20; batch++) await put(out, batch, batch === 11 ? [4] : []);
    let known = [11];
    const stored = new StoredQuarantine({ out, run, input: "s3://b/", batches: async () => known });
    expect((await stored.page(everything, first, 10_000)).rows.map(({ path }) => path.slice(-8))).toEqual(["11-4.jpg"]);
    expect([out.listings, out.bytes <= 16 * 1024]).toEqual([0, true]);
    await put(out, 20, [1]);
    // Named before its shard can be seen by all: it is there the next time.
    known = [11, 20, 21];
    const later = await stored.page(everything, first, 10_000);
    expect([later.rows.length, later.incomplete]).toEqual([2, undefined]);
  });
});
