import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import type { EngineTime } from "../src/engine-time.ts";
import { InferencePool, type InferencePoolOptions } from "../src/inference-pool.ts";
import type { LocalFile } from "../src/local-file.ts";
import type { ImageOutcome } from "../src/pool-image.ts";

const childFile = new URL("./fixtures/scripted-child.mjs", import.meta.url);
const preparation = { resampler: "pillow", filter: "bicubic", maxPixels: 1e6, exifRotate: false } as const;

const pools: InferencePool[] = [];

function openPool(options: Partial<InferencePoolOptions> = {}): InferencePool {
  const pool = new InferencePool({
    engine: "auto",
    network: { weights: "good" },
    workers: 2,
    inferBatch: 2,
    childFile,
    ...options,
  });
  pools.push(pool);
  return pool;
}

function featurize(pool: InferencePool, act: string, signal?: AbortSignal): Promise<ImageOutcome> {
  return pool.featurize(Buffer.from(act), preparation, signal);
}

function fileOf(act: string): LocalFile {
  return { path: Buffer.from(act), size: act.length, modifiedAt: 0 };
}

function rows(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `row ${i}`);
}

function valuesOf(outcomes: readonly ImageOutcome[]): (number | string)[] {
  return outcomes.map((outcome) => outcome.features?.[0] ?? `${(outcome as { reason: string }).reason}`);
}

afterEach(async () => {
  const ids = pools.flatMap((pool) => pool.processIds);
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
  for (const id of ids) expect(() => process.kill(id, 0), "a closed pool leaves no process").toThrow("ESRCH");
});

describe("scheduling", () => {
  test("answers each image with its own row and durations", async () => {
    const pool = openPool();
    const outcomes = await Promise.all(rows(50).map((act) => featurize(pool, act)));
    expect(valuesOf(outcomes)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(outcomes[0]).toMatchObject({ getMs: 0.5, decodeMs: 1, resampleMs: 2, inferMs: 3 });
  });

  test("lets its processes read files, and says which they could not", async () => {
    const pool = openPool();
    const acts = [...rows(20), "unread", "refuse"];
    const outcomes = await Promise.all(acts.map((act) => pool.featurizeInPlace(fileOf(act), preparation)));
    expect(valuesOf(outcomes.slice(0, 20) as ImageOutcome[])).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(outcomes[20]).toBeUndefined();
    expect(outcomes[21]).toMatchObject({ reason: "corrupt" });
  });

  test("tries a file that a process died with as it tries bytes", async () => {
    const pool = openPool({ workers: 1 });
    const acts = ["row 1", "kill", "row 2"];
    const outcomes = await Promise.all(acts.map((act) => pool.featurizeInPlace(fileOf(act), preparation)));
    expect(valuesOf(outcomes as ImageOutcome[])).toEqual([1, "crashed", 2]);
  });

  test("spreads images evenly over its processes", async () => {
    const pool = openPool();
    // On a busy machine one process may be ready much later than the other.
    const seen = new Set<number | undefined>();
    while (seen.size < 2) {
      const answers = await Promise.all(rows(4).map((act) => featurize(pool, act)));
      for (const { features } of answers) seen.add(features?.[1]);
    }
    const outcomes = await Promise.all(rows(40).map((act) => featurize(pool, act)));
    const byProcess = new Map<number, number>();
    for (const { features } of outcomes) byProcess.set(features![1], (byProcess.get(features![1]) ?? 0) + 1);
    expect(byProcess.size).toBe(2);
    expect(Math.min(...byProcess.values())).toBeGreaterThanOrEqual(10);
  });

  test("hands a process no more than three calls' images and eight to fetch, first come, first served", async () => {
    const log = join(mkdtempSync(join(tmpdir(), "pomona-pool-")), "log");
    const pool = openPool({ workers: 1, environment: { ...process.env, POMONA_TEST_LOG: log } });
    await pool.ready;
    const first = featurize(pool, "row 0");
    const all = [
      first,
      ...rows(40)
        .slice(1)
        .map((act) => featurize(pool, act)),
    ];
    await first;
    expect(readFileSync(log, "utf8").trim().split("\n").length).toBeLessThanOrEqual(2 * (6 + 8));
    await Promise.all(all);
    const order = readFileSync(log, "utf8")
      .trim()
      .split("\n")
      .map((line) => Number(line.split(" ")[2]));
    expect(order).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });

  test("passes a refusal on", async () => {
    const outcome = await featurize(openPool(), "refuse");
    expect(outcome).toEqual({ stage: "decode", reason: "corrupt", detail: "told to" });
  });

  test("skips an image that is not wanted any more", async () => {
    const pool = openPool();
    const unwanted = new AbortController();
    const images = [...rows(30).map((act) => featurize(pool, act)), featurize(pool, "row 99", unwanted.signal)];
    unwanted.abort(new Error("not wanted"));
    const [last] = (await Promise.allSettled(images)).slice(-1);
    expect(last).toMatchObject({ status: "rejected", reason: { message: "not wanted" } });
  });
});

describe("poison", () => {
  test.each([
    ["exit 3", "exit code 3"],
    ["kill", "signal SIGKILL"],
  ])("an image that always ends its process (%s) is the only one without a row", async (act, how) => {
    const pool = openPool();
    const acts = rows(40).with(17, act);
    const outcomes = await Promise.all(acts.map((each) => featurize(pool, each)));
    expect(outcomes[17]).toEqual({
      stage: "infer",
      reason: "crashed",
      detail: `ended its inference process twice: ${how}`,
    });
    const expected = Array.from({ length: 40 }, (_, i) => i);
    expect(valuesOf(outcomes)).toEqual((expected as (number | string)[]).with(17, "crashed"));
  });

  test("each of several is found", async () => {
    const pool = openPool();
    const acts = rows(30).with(3, "kill").with(4, "exit 1").with(20, "kill");
    const outcomes = await Promise.all(acts.map((each) => featurize(pool, each)));
    expect(valuesOf(outcomes).flatMap((value, i) => (value === "crashed" ? i : []))).toEqual([3, 4, 20]);
  });

  test("one that hangs is killed after the limit", async () => {
    const pool = openPool({ silenceMs: 400 });
    const acts = rows(12).with(5, "hang");
    const outcomes = await Promise.all(acts.map((each) => featurize(pool, each)));
    expect(outcomes[5]).toMatchObject({ reason: "crashed", detail: expect.stringContaining("SIGKILL") });
    expect(valuesOf(outcomes).filter((value) => value === "crashed")).toHaveLength(1);
  });

  test("a process killed from outside costs no image", async () => {
    const pool = openPool();
    await pool.ready;
    const images = rows(60).map((act) => featurize(pool, act));
    await images[0];
    process.kill(pool.processIds[0]!, "SIGKILL");
    expect(valuesOf(await Promise.all(images))).toEqual(Array.from({ length: 60 }, (_, i) => i));
  });

  test("when every image crashes the engine is at fault", async () => {
    const pool = openPool();
    const results = await Promise.allSettled(rows(40).map(() => featurize(pool, "exit 1")));
    expect(results.at(-1)).toMatchObject({ status: "rejected", reason: { code: "inference-failed" } });
  });
});

describe("starting", () => {
  test("tells what engine was loaded, without any image", async () => {
    expect(await openPool({ engine: "tfjs-wasm" }).ready).toMatchObject({
      engine: "tfjs-wasm",
      inferBatch: 2,
      dimension: 2,
    });
  });

  test("takes images before the weights are found", async () => {
    const pool = openPool({ network: sleep(50, { weights: "good" }) });
    expect((await featurize(pool, "row 7")).features?.[0]).toBe(7);
  });

  test("an engine that cannot be loaded fails every image with its error", async () => {
    const pool = openPool({ network: { weights: "fail" } });
    const expected = { code: "engine-unavailable", message: "no auto here", remedy: "Take another.", exitCode: 1 };
    await expect(featurize(pool, "row 1")).rejects.toMatchObject(expected);
    await expect(pool.ready).rejects.toMatchObject(expected);
    await expect(featurize(pool, "row 2")).rejects.toMatchObject(expected);
  });

  test("weights that are not found fail it too", async () => {
    const pool = openPool({ network: sleep(10).then(() => Promise.reject(new Error("no weights"))) });
    await expect(featurize(pool, "row 1")).rejects.toThrow("no weights");
  });

  test("processes that end before they are ready fail it, with their last words", async () => {
    const pool = openPool({ network: { weights: "die" } });
    await expect(featurize(pool, "row 1")).rejects.toMatchObject({
      code: "inference-failed",
      message: expect.stringMatching(/3 times before.*exit code 9: illegal instruction/),
    });
  });

  test("closing rejects what is not answered", async () => {
    const pool = openPool();
    const image = featurize(pool, "row 1");
    await Promise.all([pool.close(), expect(image).rejects.toMatchObject({ code: "pool-closed" })]);
  });
});

test("tells how long its engines worked, and waited while there were images", async () => {
  const times: EngineTime[] = [];
  const pool = openPool({ workers: 1, onInferred: (time) => times.push(time) });
  await Promise.all(rows(20).map((act) => featurize(pool, act)));
  expect(times.length).toBeGreaterThan(0);
  // The scripted engine says 3 ms a call, and answers without computing.
  expect(times.every(({ busyMs, waitMs }) => busyMs === 3 && waitMs >= 0)).toBe(true);
  const before = times.length;
  await sleep(300);
  await featurize(pool, "row 1");
  const idle = times.slice(before).reduce((sum, { waitMs }) => sum + waitMs, 0);
  expect(idle, "time without images is no waiting").toBeLessThan(250);
});
