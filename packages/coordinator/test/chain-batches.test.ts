import { type Batch, batchCapacity, encodeBatch, runLayout, StoreUnavailableError } from "@pomona/core";
import { MemoryStore } from "@pomona/store";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ChainOptions, chainBatches } from "../src/chain-batches.ts";
import { Death, MortalStore } from "./mortal-store.ts";
import { keysOf, sourceOf } from "./scene.ts";

const run = "20260101-000000-abcdef";
const names = runLayout(run);
const numbered = (n: number) => Array.from({ length: n }, (_, i) => `k${String(i).padStart(6, "0")}`);
const keysIn = (batches: readonly Batch[]) => batches.flatMap(({ images }) => images.map(({ key }) => key));

async function chain(options: Partial<ChainOptions> = {}): Promise<Batch[]> {
  const batches: Batch[] = [];
  const all = { out: new MemoryStore(), run, source: sourceOf([]), batchSize: 256, ...options };
  for await (const batch of chainBatches(all)) batches.push(batch);
  return batches;
}

/** Every invariant of a finished chain of these keys. */
function expectChain(batches: readonly Batch[], keys: readonly string[]): void {
  expect(keysIn(batches)).toEqual(keys);
  let before: Batch | undefined;
  for (const batch of batches) {
    expect(batch.ordinal).toBe(before === undefined ? 0 : before.ordinal + 1);
    expect(batch.after).toBe(before?.last ?? null);
    expect(batch.listedBefore).toBe(before === undefined ? 0 : before.listedBefore + before.images.length);
    expect(batch.last).toBe(batch.images.at(-1)?.key ?? batch.after);
    expect(batch.end).toBe(batch === batches.at(-1));
    expect(batch.images.length === 0).toBe(batch.end);
    before = batch;
  }
}

describe("a chain", () => {
  test("fills batches to their capacities and closes", async () => {
    const keys = numbered(16 * 16 + 32 * 64 + 300);
    const batches = await chain({ source: sourceOf(keys) });
    expectChain(batches, keys);
    const sizes = batches.map(({ images }) => images.length);
    expect(sizes.slice(0, -2)).toEqual(Array.from({ length: 49 }, (_, n) => batchCapacity(n, 256)));
    expect(sizes.slice(-2)).toEqual([44, 0]);
  });

  test("of nothing is one closing batch", async () => {
    expect(await chain()).toEqual([
      expect.objectContaining({ ordinal: 0, listedBefore: 0, after: null, last: null, end: true, images: [] }),
    ]);
  });

  test.each([1, 15, 16, 17, 32, 39])("ends at exactly %i images", async (limit) => {
    const keys = numbered(40);
    expectChain(await chain({ source: sourceOf(keys), limit }), keys.slice(0, limit));
  });

  test("keeps its limit over a resume, also where exactly that many are stored", async () => {
    const out = new MemoryStore();
    const options = { out, run, source: sourceOf(numbered(40)), batchSize: 4, limit: 8 };
    const batches = chainBatches(options);
    await batches.next();
    await batches.next();
    await batches.return(undefined);
    expectChain(await chain(options), numbered(8));
  });

  test("once closed lists nothing more", async () => {
    const out = new MemoryStore();
    await chain({ out, source: sourceOf(["a", "b"]) });
    const source = () => {
      throw new Error("listed again");
    };
    expectChain(await chain({ out, source }), ["a", "b"]);
  });

  test.each([
    [["b", "a"], "a after b"],
    [["a", "a"], "a after a"],
    [["\u{1F34E}", "\uFF21"], "\uFF21 after \u{1F34E}"],
  ])("refuses the listing %j", async (keys, message) => {
    await expect(chain({ source: sourceOf(keys) })).rejects.toMatchObject({
      code: "listing-disorder",
      message: `the listing gives ${message}`,
    });
  });

  test("goes on after its stored end, whatever changed before and behind it", async () => {
    const out = new MemoryStore();
    let keys: string[] = ["b", "c", "d", "e", "f"];
    const options = { out, run, source: sourceOf(() => keys), batchSize: 2 };
    const first = chainBatches(options);
    await first.next();
    await first.return(undefined);
    keys = ["a", "b", "e", "ee", "f", "g"];
    expectChain(await chain(options), ["b", "c", "e", "ee", "f", "g"]);
  });

  test("two at once over different listings give the same chain", async () => {
    const out = new MemoryStore();
    const odd = numbered(400).filter((_, i) => i % 3 !== 0);
    const even = numbered(410).filter((_, i) => i % 5 !== 0);
    const both = await Promise.all([
      chain({ out, source: sourceOf(odd), batchSize: 7 }),
      chain({ out, source: sourceOf(even), batchSize: 7 }),
    ]);
    expect(both[0]).toEqual(both[1]);
    const keys = keysIn(both[0]);
    expect(new Set(keys).size).toBe(keys.length);
    expectChain(both[0], keys);
  });

  test("counts what the winner listed where both end at the same key", async () => {
    const out = new MemoryStore();
    const winner = chainBatches({ out, run, source: sourceOf(["a", "b", "c"]), batchSize: 16 });
    await winner.next();
    const loser = chain({ out: withoutStored(out), source: sourceOf(["a", "c"]), batchSize: 16 });
    expectChain(await loser, ["a", "b", "c"]);
  });

  test("of any keys, killed anywhere and resumed over a listing that grew, loses and doubles none", async () => {
    const keySet = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 4, unit: "grapheme-ascii" }), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(keySet, keySet, fc.nat(30), fc.integer({ min: 1, max: 9 }), async (some, more, lives, size) => {
        const store = new MemoryStore();
        const before = [...some].sort();
        const grown = [...new Set([...some, ...more])].sort();
        const mortal = new MortalStore(store, lives);
        await chain({ out: mortal, source: sourceOf(before), batchSize: size }).catch((error) => {
          expect(error).toBeInstanceOf(Death);
        });
        const batches = await chain({ out: store, source: sourceOf(grown), batchSize: size });
        const keys = keysIn(batches);
        expectChain(batches, keys);
        // What was there all the time is there once; the rest is there at most once, as it came behind the cursor or not.
        expect(keys.filter((key) => some.includes(key))).toEqual(before);
        expect([...keys].sort()).toEqual([...new Set(keys)].sort());
      }),
      { numRuns: 60 },
    );
  });

  test("tells of the first batch that cannot be read and leaves no other failure unheard", async () => {
    const unheard: unknown[] = [];
    const hear = (reason: unknown) => void unheard.push(reason);
    process.on("unhandledRejection", hear);
    try {
      const out = new MemoryStore();
      for (let i = 0; i < 20; i++) await out.put(names.batch(i), encodeBatch({} as Batch));
      out.get = async (key) => {
        throw new StoreUnavailableError("get", key, out.uri, new Error("reset"));
      };
      await expect(chain({ out })).rejects.toBeInstanceOf(StoreUnavailableError);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(unheard).toEqual([]);
    } finally {
      process.off("unhandledRejection", hear);
    }
  });

  test("stores each batch before it gives it", async () => {
    const out = new MemoryStore();
    for await (const { ordinal } of chainBatches({ out, run, source: sourceOf(numbered(40)), batchSize: 16 })) {
      expect(await keysOf(out)).toContain(names.batch(ordinal));
    }
  });
});

/** A store whose stored batches show only after one has tried to create them: the other process was a moment faster. */
function withoutStored(out: MemoryStore): MemoryStore {
  const view = Object.create(out) as MemoryStore;
  const tried = new Set<string>();
  view.get = (key, options) => (tried.has(key) ? out.get(key, options) : out.get(`${key}.not-yet`, options));
  view.putIfAbsent = (key, body) => {
    tried.add(key);
    return out.putIfAbsent(key, body);
  };
  view.stat = (key) => out.stat(key);
  return view;
}
