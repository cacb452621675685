import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import type { EngineTime } from "../src/engine-time.ts";
import { InferencePool, type InferencePoolOptions } from "../src/inference-pool.ts";
import type { ImageOutcome } from "../src/pool-image.ts";

const childFile = new URL("./fixtures/scripted-child.mjs", import.meta.url);
const decoderFile = new URL("./fixtures/scripted-decoder.mjs", import.meta.url);
const preparation = { resampler: "pillow", filter: "bicubic", maxPixels: 1e6, exifRotate: false } as const;
const decoders = 2;
const inferBatch = 4;

const pools: InferencePool[] = [];

function openPool(options: Partial<InferencePoolOptions> = {}): InferencePool {
  const scripts = { childFile, decoderFile };
  const network = { weights: "good" };
  const pool = new InferencePool({ engine: "auto", network, workers: 2, decoders, inferBatch, ...scripts, ...options });
  pools.push(pool);
  return pool;
}

function featurize(pool: InferencePool, act: string, signal?: AbortSignal): Promise<ImageOutcome> {
  return pool.featurize(Buffer.from(act), preparation, signal);
}

function featurizeAll(pool: InferencePool, acts: readonly string[]): Promise<ImageOutcome[]> {
  return Promise.all(acts.map((act) => featurize(pool, act)));
}

const rows = (count: number): string[] => Array.from({ length: count }, (_, i) => `row ${i}`);
const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

function valuesOf(outcomes: readonly ImageOutcome[]): (number | string)[] {
  return outcomes.map((outcome) => outcome.features?.[0] ?? `${(outcome as { reason: string }).reason}`);
}

function logged(): { readonly file: string; readonly environment: NodeJS.ProcessEnv; lines(): string[] } {
  const file = join(mkdtempSync(join(tmpdir(), "pomona-decoders-")), "log");
  writeFileSync(file, "");
  const lines = () => readFileSync(file, "utf8").trim().split("\n");
  return { file, environment: { ...process.env, POMONA_TEST_LOG: file }, lines };
}

afterEach(async () => {
  const ids = pools.flatMap((pool) => pool.processIds);
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
  for (const id of ids) expect(() => process.kill(id, 0), "a closed pool leaves no process").toThrow("ESRCH");
});

describe("decoders and one engine", () => {
  test("answer each image with its own row and durations", async () => {
    const pool = openPool();
    const outcomes = await featurizeAll(pool, rows(100));
    expect(valuesOf(outcomes)).toEqual(numbers(100));
    expect(outcomes[0]).toMatchObject({ getMs: 0.5, decodeMs: 1, resampleMs: 2 });
    expect(new Set(outcomes.map(({ features }) => features?.[1])).size, "engines").toBe(1);
    expect(pool.processIds).toHaveLength(1 + decoders);
  });

  test("fill the calls of the engine, and wait for nothing when nothing is coming", async () => {
    const log = logged();
    const pool = openPool({ environment: log.environment });
    await featurizeAll(pool, rows(10));
    const calls = log.lines().filter((line) => line.includes("call"));
    expect(calls.map((line) => line.split(",").length)).toEqual([4, 4, 2]);
    expect(valuesOf([await featurize(pool, "row 7")])).toEqual([7]);
  });

  test("decode no more ahead than there are slots", async () => {
    const log = logged();
    const pool = openPool({ environment: log.environment, silenceMs: 2000 });
    const images = featurizeAll(pool, rows(200).with(0, "hang"));
    while (!log.lines().some((line) => line.includes("call"))) await sleep(10);
    await sleep(500);
    const decoded = log.lines().filter((line) => line.includes("decode")).length;
    expect(decoded).toBeLessThanOrEqual(2 * inferBatch + decoders * 8);
    expect(valuesOf(await images).filter((value) => typeof value === "number")).toHaveLength(199);
  });

  test("pass on what is refused or can't be read", async () => {
    const pool = openPool();
    expect(await featurize(pool, "refuse")).toEqual({ stage: "decode", reason: "corrupt", detail: "told to" });
    const file = { path: Buffer.from("unread"), size: 6, modifiedAt: 0 };
    expect(await pool.featurizeInPlace(file, preparation)).toBeUndefined();
    // All their slots came back.
    expect(await featurizeAll(pool, Array<string>(60).fill("refuse"))).toHaveLength(60);
    expect(valuesOf(await featurizeAll(pool, rows(40)))).toEqual(numbers(40));
  });

  test("skip images that are not wanted any more, wherever they are", async () => {
    const pool = openPool();
    const unwanted = new AbortController();
    const images = Array.from({ length: 200 }, () => featurize(pool, "row 1", unwanted.signal));
    const settled = Promise.allSettled(images);
    await images[0];
    unwanted.abort(new Error("not wanted"));
    expect((await settled).filter(({ status }) => status === "rejected").length).toBeGreaterThan(100);
    expect(valuesOf(await featurizeAll(pool, rows(100)))).toEqual(numbers(100));
  });

  test("leave no file behind", async () => {
    const pool = openPool();
    await featurizeAll(pool, rows(4));
    const names = ["/dev/shm", tmpdir()].flatMap((folder) => {
      try {
        return readdirSync(folder);
      } catch {
        return [];
      }
    });
    expect(names.filter((name) => name.startsWith(`pomona-pixels-${process.pid}`))).toEqual([]);
  });

  test("tell how long the engine worked, and waited while there were images", async () => {
    const times: EngineTime[] = [];
    const pool = openPool({ onInferred: (time) => times.push(time) });
    await featurizeAll(pool, rows(20));
    expect(times).toHaveLength(5);
    expect(times.every(({ busyMs }) => busyMs === 3)).toBe(true);
    // Decoding one of these takes 5 ms, and the first call waits for four of them.
    expect(times[0].waitMs).toBeGreaterThan(0);
    await sleep(2000);
    times.length = 0;
    await featurize(pool, "row 1");
    expect(times[0].waitMs, "time without images is no waiting").toBeLessThan(1800);
  });

  test("fail with the remedy where pixels find no room", async () => {
    const pool = openPool();
    await expect(featurize(pool, "decode-full")).rejects.toMatchObject({ code: "no-room-for-pixels", remedy: "Room." });
  });
});

describe("poison", () => {
  test.each([
    ["a decoder", "decode-kill", "signal SIGKILL"],
    ["the engine", "kill", "signal SIGKILL"],
    ["the engine, by an exit,", "exit 3", "exit code 3"],
  ])("an image that always ends %s is the only one without a row", async (_, act, how) => {
    const outcomes = await featurizeAll(openPool(), rows(60).with(17, act));
    const detail = `ended its inference process twice: ${how}`;
    expect(outcomes[17]).toEqual({ stage: "infer", reason: "crashed", detail });
    expect(valuesOf(outcomes)).toEqual((numbers(60) as (number | string)[]).with(17, "crashed"));
  });

  test("one that hangs in a decoder is killed after the limit", async () => {
    const outcomes = await featurizeAll(openPool({ silenceMs: 400 }), rows(12).with(5, "decode-hang"));
    expect(valuesOf(outcomes)).toEqual((numbers(12) as (number | string)[]).with(5, "crashed"));
  });

  test("is told from bad luck: an image in a decoder and then in an engine that die is not blamed", async () => {
    const pool = openPool();
    const info = await pool.ready;
    expect(info.inferBatch).toBe(inferBatch);
    const images = featurizeAll(pool, rows(200));
    // The engine comes first.
    const [engine, decoder] = pool.processIds;
    await sleep(30);
    process.kill(decoder, "SIGKILL");
    await sleep(60);
    process.kill(engine, "SIGKILL");
    expect(valuesOf(await images)).toEqual(numbers(200));
  });

  test("pixels outlive the engine: nothing is decoded twice when it dies", async () => {
    const log = logged();
    const pool = openPool({ environment: log.environment });
    await featurizeAll(pool, rows(40).with(9, "kill"));
    const decoded = log.lines().filter((line) => line.includes("decode"));
    expect(decoded).toHaveLength(40);
  });
});

describe("which layout", () => {
  const gpu = { index: 0, id: "0", uuid: "GPU-1", name: "H100", memoryBytes: 1, freeBytes: 1, driver: "570" };

  test("on a GPU, one engine and as many decoders as workers", async () => {
    const pool = openPool({ decoders: undefined, workers: 3, network: { weights: "on gpu" }, gpus: () => [gpu] });
    expect(await pool.ready).toMatchObject({ device: "gpu" });
    expect(pool.processIds).toHaveLength(4);
    expect(valuesOf(await featurizeAll(pool, rows(20)))).toEqual(numbers(20));
  });

  test("where a GPU has no engine, every process has one", async () => {
    const pool = openPool({ decoders: undefined, workers: 3, gpus: () => [gpu] });
    const images = featurizeAll(pool, rows(20));
    expect(await pool.ready).toMatchObject({ device: "cpu" });
    expect(pool.processIds).toHaveLength(3);
    expect(valuesOf(await images)).toEqual(numbers(20));
  });

  test("without a GPU, every process has one; and with --decoders 0 on a GPU", async () => {
    const without = openPool({ decoders: undefined, gpus: () => [] });
    const refused = openPool({ decoders: 0, network: { weights: "on gpu" }, gpus: () => [gpu] });
    for (const pool of [without, refused]) {
      await pool.ready;
      expect(pool.processIds).toHaveLength(2);
    }
  });
});
