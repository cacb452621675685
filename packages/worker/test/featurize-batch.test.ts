import {
  type Batch,
  batchHash,
  decodeShard,
  encodeBatch,
  encodeJson,
  encodeRetried,
  encodeShard,
  featureOptions,
  type GenerationRequest,
  type GetOptions,
  HandBackError,
  type LentRequest,
  type ListedImage,
  modelOptions,
  type OpenRun,
  runLayout,
  type Shard,
  StoreUnavailableError,
} from "@pomona/core";
import { MemoryStore } from "@pomona/store";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { type FeaturizeBatchOptions, featurizeBatch, type ImageCounts } from "../src/featurize-batch.ts";
import { FetchLimits } from "../src/fetch-limits.ts";
import { InferencePool } from "../src/inference-pool.ts";

const run = "20240101-000000-aaaaaa";
const layout = runLayout(run);
const childFile = new URL("./fixtures/scripted-child.mjs", import.meta.url);
const pool = new InferencePool({ engine: "auto", network: { weights: "good" }, workers: 2, inferBatch: 2, childFile });

/** Counts the fetches that run at the same time. */
class CountingStore extends MemoryStore {
  reads = 0;
  most = 0;
  #now = 0;
  override async get(key: string, options?: GetOptions): Promise<Uint8Array> {
    this.reads += 1;
    this.#now += 1;
    this.most = Math.max(this.most, this.#now);
    await new Promise(setImmediate);
    try {
      return await super.get(key, options);
    } finally {
      this.#now -= 1;
    }
  }
}

let input: CountingStore;
let out: MemoryStore;
let images: ListedImage[];

beforeEach(() => {
  input = new CountingStore();
  out = new MemoryStore();
  images = [];
});

afterAll(() => pool.close());

async function addImage(key: string, act: string): Promise<void> {
  await input.put(key, Buffer.from(act));
  images.push({ ...(await input.stat(key))!, label: "x" });
}

async function addImages(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await addImage(`${String(i).padStart(4, "0")}.jpg`, `row ${i}`);
}

async function featurize(options: Partial<FeaturizeBatchOptions> = {}, maxBytes = 1000) {
  await out.put(layout.batch(0), encodeBatch(batch()));
  return featurizeBatch({
    openRun: openRun(out, maxBytes),
    batch: 0,
    featurizer: pool,
    dimension: 2,
    fingerprint: "f",
    limits: new FetchLimits({ maxFetches: 4 }),
    signal: new AbortController().signal,
    ...options,
  });
}

function openRun(output: MemoryStore, maxBytes?: number): OpenRun {
  const features = featureOptions.parse({ maxBytes });
  const file = { name: "pomona.run", version: 1, protocol: 1, run, input: "memory:///", features, pomona: "0", at: "" };
  return { file, input, out: output } as Partial<OpenRun> as OpenRun;
}

function batch(): Batch {
  const chain = { ordinal: 0, listedBefore: 0, after: null, last: null, end: false };
  return { name: "pomona.batch", version: 1, run, ...chain, images };
}

async function storedShard(): Promise<Shard> {
  return decodeShard(await out.get(layout.shard(0)), layout.shard(0));
}

function shard(parts: Partial<Shard> = {}): Shard {
  const identity = { run, batch: 0, batchHash: batchHash(batch()), fingerprint: "f" };
  const rows = { index: Uint32Array.of(0), features: Float32Array.of(9, 9), dimension: 2, quarantined: [] };
  return { ...identity, ...rows, ...parts };
}

describe("files of this machine", () => {
  /** Its files are where the scripted process finds its acts: in their paths. */
  class LocalStore extends CountingStore {
    readonly acts = new Map<string, string>();
    async localFile(key: string): Promise<Uint8Array | undefined> {
      const act = this.acts.get(key);
      return act === undefined ? undefined : Buffer.from(act);
    }
  }

  async function localInput(acts: Readonly<Record<string, string>>): Promise<LocalStore> {
    const local = new LocalStore();
    input = local;
    for (const [key, act] of Object.entries(acts)) {
      await addImage(key, "row 9");
      local.acts.set(key, act);
    }
    return local;
  }

  test("are read by the inference processes alone", async () => {
    const { reads } = await localInput({ "a.jpg": "row 1", "b.jpg": "row 2" });
    expect(await featurize()).toMatchObject({ rows: 2, stages: { get: { count: 2 } } });
    expect(reads).toBe(0);
    expect([...(await storedShard()).features]).toEqual([1, expect.any(Number), 2, expect.any(Number)]);
  });

  test("that they cannot read are read through the store", async () => {
    const local = await localInput({ "a.jpg": "row 1", "b.jpg": "unread" });
    expect(await featurize()).toMatchObject({ rows: 2 });
    expect(local.reads).toBe(1);
    expect((await storedShard()).features[2]).toBe(9);
  });

  test("of unknown size, too large or with an impossible name are left to the store", async () => {
    const local = await localInput({ "a.jpg": "row 1", "b.jpg": "row 2", "c.jpg": "row 3" });
    const [a, b, c] = images as [ListedImage, ListedImage, ListedImage];
    const { size, ...unsized } = a;
    images = [unsized, { ...b, size: 1e9 }, { ...c, key: "\udcff.jpg" }];
    // By its etag the second is still the one that was listed.
    expect(await featurize()).toMatchObject({ rows: 2, quarantined: 1 });
    expect(local.reads).toBe(2);
    expect([...(await storedShard()).features]).toEqual([9, expect.any(Number), 9, expect.any(Number)]);
  });
});

describe("requests that a store lends", () => {
  /** The scripted process finds its acts in their paths. */
  class LendingStore extends CountingStore {
    readonly acts = new Map<string, string>();
    succeeded = 0;
    async lendRequest(key: string): Promise<LentRequest | undefined> {
      const path = this.acts.get(key);
      const request = { protocol: "http:", hostname: "host", path: path ?? "", headers: {} } as const;
      return path === undefined ? undefined : { request, succeeded: () => void this.succeeded++ };
    }
  }

  async function lendingInput(acts: Readonly<Record<string, string>>): Promise<LendingStore> {
    const lending = new LendingStore();
    input = lending;
    for (const [key, act] of Object.entries(acts)) {
      await addImage(key, "row 9");
      lending.acts.set(key, act);
    }
    return lending;
  }

  test("are sent by the inference processes, and their success is told", async () => {
    const lending = await lendingInput({ "a.jpg": "row 1", "b.jpg": "row 2", "c.jpg": "refuse" });
    expect(await featurize()).toMatchObject({ rows: 2, quarantined: 1, stages: { get: { count: 2 } } });
    expect(lending).toMatchObject({ reads: 0, succeeded: 2 });
    expect([...(await storedShard()).features]).toEqual([1, expect.any(Number), 2, expect.any(Number)]);
  });

  test("that fail there, or are not lent, are read through the store", async () => {
    const lending = await lendingInput({ "a.jpg": "row 1", "b.jpg": "unread", "c.jpg": "row 3" });
    lending.acts.delete("c.jpg");
    expect(await featurize()).toMatchObject({ rows: 3 });
    expect(lending).toMatchObject({ reads: 2, succeeded: 1 });
    expect((await storedShard()).features.filter((_, i) => i % 2 === 0)).toEqual(Float32Array.of(1, 9, 9));
  });
});

test("a batch becomes a shard, rows in its order", async () => {
  await addImages(20);
  const counts: ImageCounts[] = [];
  const result = await featurize({ onImages: (now) => counts.push(now) });
  expect(result).toMatchObject({ rows: 20, quarantined: 0, decoded: 20 });
  expect(Object.keys(result.stages!).sort()).toEqual(["decode", "get", "infer", "put", "resample"]);
  expect(result.stages!.infer).toMatchObject({ count: 20, totalMs: 60 });
  const stored = await storedShard();
  expect([...stored.index]).toEqual(Array.from({ length: 20 }, (_, i) => i));
  expect([...stored.features].filter((_, i) => i % 2 === 0)).toEqual([...stored.index]);
  expect(counts.at(-1)).toEqual({ decoded: 20, quarantined: 0 });
  expect(input.most).toBe(4);
});

test("images at fault are quarantined, each with stage and reason, the others have rows", async () => {
  await addImage("a/changed.jpg", "row 0");
  await addImage("b/crash.jpg", "exit 3");
  await addImage("c/good.jpg", "row 2");
  await addImage("d/missing.jpg", "row 3");
  await addImage("e/refused.jpg", "refuse");
  await addImage("f/too-large.jpg", `row 5${" ".repeat(1000)}`);
  images.push({ key: "g/\udcff.jpg", label: "x", size: 1, modifiedAt: 0 });
  await addImage("h/good.jpg", "row 7");
  await input.put("a/changed.jpg", Buffer.from("row 1"));
  await input.delete(["d/missing.jpg"]);

  expect(await featurize()).toMatchObject({ rows: 2, quarantined: 6, decoded: 2 });
  const stored = await storedShard();
  expect([...stored.index]).toEqual([2, 7]);
  expect(stored.quarantined.map(({ index, stage, reason }) => [index, stage, reason])).toEqual([
    [0, "get", "changed"],
    [1, "infer", "crashed"],
    [3, "get", "missing"],
    [4, "decode", "corrupt"],
    [5, "get", "too-large"],
    [6, "list", "name"],
  ]);
  expect(stored.quarantined.every(({ detail }) => detail.length > 0)).toBe(true);
  expect(input.reads, "an image without a path is not read").toBe(7);
});

test("a batch of which nothing is left has a shard without rows", async () => {
  await addImage("a.jpg", "refuse");
  expect(await featurize()).toMatchObject({ rows: 0, quarantined: 1 });
  expect(await storedShard()).toMatchObject({ dimension: 2, features: new Float32Array() });
});

test("storage that fails ends the batch and writes nothing", async () => {
  await addImages(10);
  input.get = (key) => Promise.reject(new StoreUnavailableError("get", key, "memory:///", new Error("reset")));
  await expect(featurize()).rejects.toThrow(StoreUnavailableError);
  expect(await out.stat(layout.shard(0))).toBeUndefined();
});

describe("an aborted batch", () => {
  test("is handed back and writes nothing", async () => {
    await addImages(30);
    const controller = new AbortController();
    const work = featurize({ signal: controller.signal, onImages: () => controller.abort() });
    await expect(work).rejects.toThrow(HandBackError);
    // The pool serves the next one, and none of the old rows arrives late.
    expect((await pool.featurize(Buffer.from("row 1"), featureOptions.parse({}))).features?.[0]).toBe(1);
    expect(await out.stat(layout.shard(0))).toBeUndefined();
  });

  test("is not begun", async () => {
    await addImages(1);
    await expect(featurize({ signal: AbortSignal.abort() })).rejects.toThrow(HandBackError);
    expect(input.reads).toBe(0);
  });
});

describe("a shard that is already there", () => {
  beforeEach(() => addImages(3));

  test("of the same batch is the result, without reading an image", async () => {
    await out.put(layout.shard(0), encodeShard(shard()));
    expect(await featurize()).toEqual({ rows: 1, quarantined: 0, decoded: 0 });
    expect(input.reads).toBe(0);
  });

  test.each([{ run: "other" }, { batch: 1 }, { batchHash: "other" }, { fingerprint: "other" }])(
    "is fatal when it is another's: %o",
    async (parts) => {
      const bytes = encodeShard(shard(parts));
      await out.put(layout.shard(0), bytes);
      await expect(featurize()).rejects.toMatchObject({
        code: "foreign-shard",
        message: expect.stringContaining(Object.keys(parts)[0]!),
      });
      expect(await out.get(layout.shard(0))).toEqual(bytes);
    },
  );

  test("is made anew when it is damaged", async () => {
    const bytes = encodeShard(shard());
    await out.put(layout.shard(0), bytes.subarray(0, bytes.length / 2));
    expect(await featurize()).toMatchObject({ rows: 3, decoded: 3 });
    expect((await storedShard()).index).toHaveLength(3);
  });

  test("when the batch is done counts, and this one's is dropped", async () => {
    const race = out.putIfAbsent.bind(out);
    out.putIfAbsent = async (key, body) => {
      await out.put(key, encodeShard(shard()));
      return race(key, body);
    };
    expect(await featurize()).toMatchObject({ rows: 1, decoded: 3 });
    expect((await storedShard()).features).toEqual(Float32Array.of(9, 9));
  });
});

describe("a batch whose worker died", () => {
  test("is tried with marks, one image at a time", async () => {
    await addImages(6);
    expect(await featurize({ restarts: 1 })).toMatchObject({ rows: 6, quarantined: 0, decoded: 6 });
    expect(input.most).toBe(1);
    expect([...(await storedShard()).index]).toEqual([0, 1, 2, 3, 4, 5]);
    const marks: string[] = [];
    for await (const { key } of out.list({ prefix: layout.suspects(0) })) marks.push(key);
    expect(marks.sort()).toEqual(Array.from({ length: 7 }, (_, i) => layout.suspect(0, i, 1)));
  });

  test("is tried alone, so that no image of another batch ends the worker while one of its own is marked", async () => {
    await addImages(2);
    const limits = new FetchLimits();
    const order: string[] = [];
    let endOther = () => {};
    const other = limits.batches.spend(1, () => new Promise<void>((resolve) => (endOther = resolve)));
    const marked = featurize({ restarts: 1, limits }).then(() => order.push("marked"));
    const elsewhere = new MemoryStore();
    await elsewhere.put(layout.batch(0), encodeBatch(batch()));
    const later = featurize({ limits, openRun: openRun(elsewhere) }).then(() => order.push("later"));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const marksOf = out.list({ prefix: layout.suspects(0) });
    expect(await marksOf.next()).toEqual({ done: true, value: undefined });
    endOther();
    await Promise.all([other, marked, later]);
    expect(order).toEqual(["marked", "later"]);
  });

  test("goes on without the image that was in hand at two deaths", async () => {
    await addImages(4);
    for (const [index, trial] of [
      [0, 1],
      [1, 1],
      [1, 2],
    ] as const) {
      await out.put(layout.suspect(0, index, trial), new Uint8Array());
    }
    expect(await featurize({ restarts: 3 })).toMatchObject({ rows: 3, quarantined: 1, decoded: 3 });
    const { quarantined, index } = await storedShard();
    expect([...index]).toEqual([0, 2, 3]);
    expect(quarantined).toMatchObject([{ index: 1, stage: "infer", reason: "crashed" }]);
  });
});

describe("a retry", () => {
  async function request(generation: number, retry: GenerationRequest["retry"], layers: number[] = []): Promise<void> {
    const model = modelOptions.parse({});
    const file: GenerationRequest = {
      name: "pomona.generation",
      version: 1,
      generation,
      model,
      layers,
      ...(retry && { retry }),
    };
    await out.put(layout.generation(generation).request, encodeJson(file));
    await out.put(layout.generation(generation).retried, encodeRetried(generation, [0]));
  }
  const retried = async (generation: number): Promise<Shard> =>
    decodeShard(await out.get(layout.retriedShard(0, generation)), "retried");

  beforeEach(async () => {
    await addImage("a/good.jpg", "row 0");
    await addImage("b/refused.jpg", "refuse");
    await addImage("c/missing.jpg", "row 2");
    await addImage("d/refused.jpg", "refuse");
    await input.delete(["c/missing.jpg"]);
    await featurize();
  });

  test("reads images as they are now, and leaves what the listing said of them behind", async () => {
    await input.put("b/refused.jpg", Buffer.from("row 1, repaired"));
    await request(2, { of: 1 });
    const reads = input.reads;
    expect(await featurize({ retry: { generation: 2 } })).toMatchObject({ rows: 1, quarantined: 2, decoded: 1 });
    expect(input.reads - reads).toBe(2);
    const shard = await retried(2);
    expect([...shard.index]).toEqual([1]);
    expect(shard.quarantined).toMatchObject([
      { index: 2, stage: "get", reason: "missing" },
      { index: 3, reason: "corrupt" },
    ]);
    expect(shard.versions).toMatchObject([{ index: 1, size: 15 }, { index: 3 }]);
    expect(await featurize({ retry: { generation: 2 } })).toMatchObject({ decoded: 0 });
  });

  test("tries what was chosen of what is still in quarantine after earlier ones", async () => {
    for (const key of ["b/refused.jpg", "d/refused.jpg"]) await input.put(key, Buffer.from("row 9"));
    await request(2, { of: 1, keys: ["b/refused.jpg", "a/good.jpg"] });
    await featurize({ retry: { generation: 2 } });
    expect([...(await retried(2)).index]).toEqual([1]);
    await request(3, { of: 2, reasons: ["corrupt"] }, [2]);
    await featurize({ retry: { generation: 3 } });
    expect([...(await retried(3)).index]).toEqual([3]);
  });

  test("asks for the batch first where its shard is gone", async () => {
    await out.delete([layout.shard(0)]);
    await request(2, { of: 1 });
    await expect(featurize({ retry: { generation: 2 } })).rejects.toMatchObject({ code: "missing-shard" });
  });
});
