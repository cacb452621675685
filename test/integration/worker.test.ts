import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  decodeShard,
  encodeBatch,
  type FeaturesJob,
  featureOptions,
  type JobEnded,
  type ListedImage,
  type ObjectStore,
  type OpenRun,
  runLayout,
} from "@pomona/core";
import { EmbeddedQueue } from "@pomona/queue";
import { FolderStore, MemoryStore } from "@pomona/store";
import { createEngine, createPreparer, loadWeights, prepareImage, weightsFileNames } from "@pomona/vision";
import { type ImagesEvent, InferencePool, startWorker, type Worker, type WorkerOptions } from "@pomona/worker";
import sharp from "sharp";
import { afterEach, describe, expect, test } from "vitest";

// The real network and photos where they are at hand; else a random network and generated pictures.
const weights =
  weightsFileNames.map((name) => resolve("../shared/models", name)).find((file) => existsSync(file)) ?? "untrained";
const photos = resolve("../shared/data/fruits/Test");
const run = "20240101-000000-aaaaaa";
const layout = runLayout(run);
const lookup = { cacheDir: join(tmpdir(), "pomona-no-cache"), cwd: tmpdir(), download: false };

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function openInput(): Promise<ObjectStore> {
  if (existsSync(photos)) return new FolderStore(photos);
  const store = new MemoryStore();
  for (let i = 0; i < 60; i++) {
    const noise = { type: "gaussian", mean: 40 + 3 * i, sigma: 40 } as const;
    const picture = sharp({ create: { width: 200 + 5 * i, height: 300, channels: 3, background: "red", noise } });
    await store.put(`${String(i).padStart(3, "0")}.jpg`, await picture.jpeg().toBuffer());
  }
  return store;
}

async function listed(input: ObjectStore, count: number): Promise<ListedImage[]> {
  const images: ListedImage[] = [];
  for await (const entry of input.list()) {
    if (entry.key.endsWith(".jpg")) images.push({ ...entry, label: "x" });
    if (images.length === count) break;
  }
  return images;
}

interface Setting {
  readonly queue: EmbeddedQueue;
  readonly input: ObjectStore;
  readonly out: MemoryStore;
  readonly opened: OpenRun;
}

async function openSetting(requested = weights): Promise<Setting> {
  const input = await openInput();
  const out = new MemoryStore();
  const features = featureOptions.parse({ weights: requested });
  const file = { name: "pomona.run", version: 1, protocol: 1, run, input: input.uri, features, pomona: "0", at: "" };
  const queue = new EmbeddedQueue();
  closers.push(() => queue.close());
  return { queue, input, out, opened: { file, input, out } as Partial<OpenRun> as OpenRun };
}

function open({ queue, opened }: Setting, options: Partial<WorkerOptions> = {}): Worker {
  const openRun = () => Promise.resolve(opened);
  const worker = startWorker({ queue, openRun, weights: lookup, workers: 2, ...options });
  closers.push(() => worker.close({ graceMs: 0 }));
  return worker;
}

/** Stores batches of `size` and queues them; resolves when all have ended. */
async function runBatches({ queue, out }: Setting, images: readonly ListedImage[], size: number): Promise<JobEnded[]> {
  const jobs: FeaturesJob[] = [];
  for (let at = 0; at < images.length; at += size) {
    const batch = jobs.length;
    const chain = { ordinal: batch, listedBefore: at, after: null, last: null, end: false };
    const body = { name: "pomona.batch", version: 1, run, ...chain, images: images.slice(at, at + size) } as const;
    await out.put(layout.batch(batch), encodeBatch(body));
    jobs.push({ kind: "features", id: `${run}-${batch}`, run, batch, priority: 0 });
  }
  const ended: JobEnded[] = [];
  return new Promise((done) => {
    queue.onEnded("features", (event) => {
      ended.push(event);
      if (ended.length === jobs.length) done(ended);
    });
    void queue.add("features", jobs);
  });
}

async function featuresOf(out: ObjectStore, batches: number): Promise<number[]> {
  const values: number[] = [];
  for (let batch = 0; batch < batches; batch++) {
    values.push(...decodeShard(await out.get(layout.shard(batch)), layout.shard(batch)).features);
  }
  return values;
}

describe("a worker", () => {
  test("makes the shards that one image at a time in one process gives, bit for bit", async () => {
    const setting = await openSetting();
    const images = await listed(setting.input, 40);
    const events: ImagesEvent[] = [];
    const worker = open(setting, { onImages: (event) => events.push(event) });
    const info = await worker.warm(setting.opened.file.features);
    expect(info).toMatchObject({ engine: "onnxruntime", dimension: 1280, untrained: weights === "untrained" });
    const ended = await runBatches(setting, images, 16);
    expect(ended.map(({ state }) => state)).toEqual(["completed", "completed", "completed"]);
    expect(events.filter(({ batch }) => batch === 2).at(-1)).toEqual({ run, batch: 2, decoded: 8, quarantined: 0 });

    const engine = await createEngine({ engine: "onnxruntime", weights: await loadWeights(weights) });
    const preparer = createPreparer();
    const expected: number[] = [];
    for (const { key } of images) {
      const { pixels } = await prepareImage(preparer, await setting.input.get(key));
      expected.push(...(await engine.inferBatch(pixels, 1)));
    }
    await engine.dispose();
    expect(await featuresOf(setting.out, 3)).toEqual(expected);

    const fingerprint = JSON.parse(Buffer.from(await setting.out.get(layout.fingerprint)).toString());
    expect(fingerprint).toMatchObject({ engine: "onnxruntime", weights: info.weights, network: info.network });
  });

  test("hands back what it cannot finish in time and leaves no half", async () => {
    const setting = await openSetting();
    const images = await listed(setting.input, 60);
    let first = () => {};
    const begun = new Promise<void>((resolve) => {
      first = resolve;
    });
    const worker = open(setting, { onImages: () => first() });
    void runBatches(setting, images, 60);
    await begun;
    await worker.close({ graceMs: 0 });
    expect(await setting.out.stat(layout.shard(0))).toBeUndefined();
    expect(await setting.queue.counts("features")).toEqual({ waiting: 1, active: 0 });
    // Another takes it up.
    open(setting);
    while ((await setting.out.stat(layout.shard(0))) === undefined) await sleep(50);
    expect(await featuresOf(setting.out, 1)).toHaveLength(60 * 1280);
  });

  test("a killed inference process costs no image and changes no bit", async () => {
    const input = await openInput();
    const images = await listed(input, 40);
    const pool = new InferencePool({ engine: "auto", network: { weights }, workers: 2 });
    closers.push(() => pool.close());
    const preparation = featureOptions.parse({});
    const once = async () => {
      const outcomes = images.map(async ({ key }) => pool.featurize(await input.get(key), preparation));
      return Promise.all(outcomes.map(async (outcome) => (await outcome).features));
    };
    const expected = await once();
    const again = once();
    await sleep(30);
    process.kill(pool.processIds[1]!, "SIGKILL");
    expect(await again).toEqual(expected);
  });

  test("its inference processes ignore an interrupt and end with it", async () => {
    const pool = new InferencePool({ engine: "auto", network: { weights: "untrained" }, workers: 1 });
    closers.push(() => pool.close());
    await pool.ready;
    const [id] = pool.processIds;
    process.kill(id!, "SIGINT");
    const bytes = await sharp({ create: { width: 9, height: 9, channels: 3, background: "red" } })
      .png()
      .toBuffer();
    expect((await pool.featurize(bytes, featureOptions.parse({}))).features).toHaveLength(1280);
    expect(pool.processIds).toEqual([id]);
    await pool.close();
    expect(() => process.kill(id!, 0)).toThrow("ESRCH");
  });

  test("bytes that are no image are refused with the decoder's reason", async () => {
    const pool = new InferencePool({ engine: "auto", network: { weights: "untrained" }, workers: 1 });
    closers.push(() => pool.close());
    const preparation = featureOptions.parse({});
    expect(await pool.featurize(Buffer.from("<html>"), preparation)).toMatchObject({
      stage: "decode",
      reason: "not-an-image",
    });
    expect(await pool.featurize(Buffer.alloc(0), preparation)).toMatchObject({ stage: "decode", reason: "empty" });
  });
});

describe("a network that cannot be had", () => {
  test("weights that are not there", async () => {
    const setting = await openSetting("/nowhere/weights.h5");
    const worker = open(setting);
    await expect(worker.warm(setting.opened.file.features)).rejects.toMatchObject({
      code: "weights-not-found",
      exitCode: 2,
      message: expect.stringContaining("/nowhere/weights.h5"),
    });
    const [ended] = await runBatches(setting, await listed(setting.input, 1), 1);
    expect(ended).toMatchObject({ state: "failed", error: { code: "weights-not-found" } });
  });

  test("a file that is none", async () => {
    const folder = await mkdtemp(join(tmpdir(), "pomona-worker-"));
    closers.push(() => rm(folder, { recursive: true }));
    await new FolderStore(folder).put("weights.h5", Buffer.from("no weights"));
    const worker = open(await openSetting());
    const request = { engine: "auto", weights: join(folder, "weights.h5") } as const;
    await expect(worker.warm(request)).rejects.toMatchObject({ code: "weights-unreadable" });
  });

  test("an engine that does not load here", async () => {
    const worker = open(await openSetting());
    await expect(worker.warm({ engine: "tfjs-node-gpu", weights: "untrained" })).rejects.toMatchObject({
      code: "engine-unavailable",
      message: expect.stringContaining("tfjs-node-gpu"),
    });
    // Another network takes its place.
    expect(await worker.warm({ engine: "auto", weights: "untrained" })).toMatchObject({ untrained: true });
  });

  test("another engine than the run was begun with", async () => {
    const setting = await openSetting("untrained");
    open(setting);
    await runBatches(setting, await listed(setting.input, 2), 2);
    const other = await openSetting("untrained");
    await other.out.put(layout.fingerprint, await setting.out.get(layout.fingerprint));
    Object.assign(other.opened.file.features, { engine: "tfjs-wasm" });
    open(other);
    const [ended] = await runBatches(other, await listed(other.input, 2), 2);
    expect(ended).toMatchObject({
      state: "failed",
      error: { code: "fingerprint-mismatch", message: expect.stringContaining("onnxruntime, here tfjs-wasm") },
    });
  });
});
