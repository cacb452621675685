import {
  encodeBatch,
  encodeJson,
  type LogEntry,
  PomonaError,
  RunLog,
  type RunProgress,
  runLayout,
  StoredProgress,
} from "@pomona/core";
import { MemoryStore } from "@pomona/store";
import { describe, expect, test } from "vitest";
import { followRun } from "../../src/client/follow-run.ts";

const run = "20260101-120000-aaaaaa";
const at = "2026-01-01T12:00:00.000Z";
const open: LogEntry = { kind: "open", at, run, epoch: 1 };
const running = { generation: 1, status: "running" } as const;

async function outputWith(...entries: LogEntry[]): Promise<{ out: MemoryStore; log: RunLog }> {
  const out = new MemoryStore();
  const log = new RunLog(out);
  for (const entry of entries) await log.append(() => entry);
  return { out, log };
}

const follow = (out: MemoryStore, more: Partial<Parameters<typeof followRun>[0]> = {}) =>
  followRun({ out, run, onProgress: () => {}, everyMs: 2, ...more });

describe("following a run", () => {
  test.each([
    [
      { kind: "failed", at, failure: { code: "too-many-quarantined", message: "m", remedy: "r", exitCode: 3 } },
      { code: "too-many-quarantined", message: "m", remedy: "r", exitCode: 3 },
    ],
    [
      { kind: "cancelled", at, by: "eve" },
      { code: "cancelled", exitCode: 1, message: expect.stringContaining("eve") },
    ],
    [
      { ...open, run: "20260101-120000-bbbbbb", epoch: 2 },
      { code: "replaced", exitCode: 1 },
    ],
  ] as const)("ends with what ended it: %j", async (entry, failure) => {
    const { out, log } = await outputWith(open);
    const following = follow(out);
    await log.append(() => entry as LogEntry);
    await expect(following).rejects.toMatchObject(failure);
  });

  test("passes on what the coordinator tells, and goes on without Redis", async () => {
    const { out, log } = await outputWith(open);
    const told: number[] = [];
    let asked = 0;
    const following = follow(out, {
      async toldProgress() {
        asked += 1;
        if (asked === 2) throw new PomonaError("redis-unreachable", "away");
        if (asked === 4) await log.append(() => ({ kind: "cancelled", at, by: "me" }));
        return { done: asked } as RunProgress;
      },
      onProgress: ({ done }) => told.push(done),
    });
    await expect(following).rejects.toMatchObject({ code: "cancelled" });
    expect(told).toEqual([1, 3, 4]);
  });

  test("ends with the signal's reason and leaves the run as it is", async () => {
    const { out, log } = await outputWith(open);
    const stop = new AbortController();
    const following = follow(out, { signal: stop.signal });
    stop.abort(new Error("enough"));
    await expect(following).rejects.toThrow("enough");
    expect((await log.read()).entries).toBe(1);
  });
});

describe("progress as the store tells it", () => {
  const layout = runLayout(run);

  /** Batches of 16 images but for the last, and the closing one where `end` is set. */
  async function listed(sizes: readonly number[], end: boolean): Promise<MemoryStore> {
    const { out } = await outputWith(open);
    const features = { batchSize: 256, glob: "*", maxPixels: 1, maxBytes: 1, engine: "auto" };
    const file = { name: "pomona.run", version: 1, protocol: 1, run, input: "memory:///", features, pomona: "0", at };
    await out.put(layout.config, encodeJson(file));
    let listedBefore = 0;
    for (const [ordinal, size] of [...sizes, ...(end ? [0] : [])].entries()) {
      const images = Array.from({ length: size }, (_, i) => ({ key: `${ordinal}-${i}`, label: "l" }));
      const batch = { name: "pomona.batch", version: 1, run, ordinal, listedBefore, after: null, last: null } as const;
      await out.put(layout.batch(ordinal), encodeBatch({ ...batch, end: size === 0, images }));
      listedBefore += size;
    }
    return out;
  }
  const telemetry = (quarantined: number) =>
    encodeJson({ name: "pomona.telemetry", version: 1, at, listed: 16, quarantined, decoded: 0, stages: {} });
  const put = async (out: MemoryStore, ...keys: string[]) => {
    for (const key of keys) await out.put(key, Buffer.from("{}"));
  };

  test("counts nothing before the first batch, then images of batches that have a shard", async () => {
    const out = await listed([], false);
    expect(await new StoredProgress(out, run).count(running)).toMatchObject({ phase: "listing", done: 0, listed: 0 });
    const more = await listed([16, 16, 5], false);
    await put(more, layout.shard(1), layout.shard(2));
    expect(await new StoredProgress(more, run).count(running)).toMatchObject({
      phase: "featurizing",
      done: 21,
      total: undefined,
      listed: 37,
      pendingBatches: 1,
    });
  });

  test("knows the end of the listing and the phases after it", async () => {
    const out = await listed([16, 16, 5], true);
    const progress = new StoredProgress(out, run);
    await put(out, layout.shard(0), layout.shard(1));
    expect(await progress.count(running)).toMatchObject({ phase: "featurizing", done: 32, total: 37, listed: 37 });
    await put(out, layout.shard(2));
    expect(await progress.count(running)).toMatchObject({ phase: "moments", done: 0, total: 1 });
    const generation = layout.generation(1);
    await put(out, generation.moments(0));
    expect(await progress.count(running)).toMatchObject({ phase: "fitting" });
    await put(out, generation.model, generation.partBooks(0));
    expect(await progress.count(running)).toMatchObject({ phase: "projecting", done: 1, pendingBatches: 0 });
    expect(await progress.count({ ...running, status: "publishing" })).toMatchObject({ phase: "publishing" });
  });

  test("takes quarantined images from the newest telemetry", async () => {
    const out = await listed([16], false);
    await out.put(layout.telemetryMinute(1), telemetry(1));
    await out.put(layout.telemetryMinute(2), telemetry(4));
    expect(await new StoredProgress(out, run).count(running)).toMatchObject({ quarantined: 4 });
  });
});
