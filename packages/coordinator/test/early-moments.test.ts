import { type Job, type JobResult, newestTelemetry } from "@pomona/core";
import { EmbeddedQueue } from "@pomona/queue";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { EarlyMoments } from "../src/early-moments.ts";
import { RunLedger } from "../src/run-ledger.ts";
import { FakePool } from "./fake-pool.ts";
import { drive, image, open, sourceOf, stage } from "./scene.ts";

const batchesPerGroup = 32;

/** A ledger with so many groups listed, none of them featurized, and reducers that do as `reduce` says. */
function begin(groups: number, reduce: (job: Job) => Promise<Partial<JobResult>> = async () => ({})) {
  const ledger = new RunLedger({ stored: new Set(), onProgress: () => {} });
  const chain = { name: "pomona.batch", version: 1, run: "r", listedBefore: 0, after: null, last: null } as const;
  const images = Array.from({ length: 256 }, (_, i) => image(`${i}`));
  for (let ordinal = 0; ordinal < groups * batchesPerGroup; ordinal++) {
    ledger.batchListed({ ...chain, ordinal, end: false, images });
  }
  ledger.batchListed({ ...chain, ordinal: groups * batchesPerGroup, end: true, images: [] });
  const queue = new EmbeddedQueue();
  const done: string[] = [];
  queue.consume(
    "reduce",
    async (job) => {
      const result = await reduce(job);
      done.push(
        job.kind === "moments" ? `moments ${job.group}` : job.kind === "preview" ? `preview ${job.groups}` : "",
      );
      return { rows: 8000, quarantined: 0, decoded: 0, ...result };
    },
    { concurrency: 1 },
  );
  onTestFinished(() => queue.close());
  const early = new EarlyMoments({
    ...{ run: "r", epoch: 1, attempt: 0, generation: 1, ledger, everyMs: 2 },
    dispatch: { queue, window: () => 4 },
  });
  const featurize = (group: number): void => {
    const result = { rows: 256, quarantined: 0, decoded: 256 };
    for (let i = 0; i < batchesPerGroup; i++) ledger.batchDone(group * batchesPerGroup + i, result);
  };
  return { ledger, early, done, featurize };
}

describe("moments of groups while others are featurized", () => {
  test("are made of each group that is complete, in order, with a look at 5, 25 and 50 % of them", async () => {
    const preview = async (job: Job) => (job.kind === "preview" ? { rows: job.groups, explainedVariance: [0.5] } : {});
    const { ledger, early, done, featurize } = begin(8, preview);
    for (const group of [0, 2, 3]) featurize(group);
    await vi.waitFor(() => expect(done).toEqual(["moments 0", "preview 1"]));
    featurize(1);
    await vi.waitFor(() => expect(done.at(-1)).toBe("preview 4"));
    expect(await early.stop()).toEqual(new Map([0, 1, 2, 3].map((group) => [group, 8000])));
    expect(done).toEqual(["moments 0", "preview 1", "moments 1", "preview 2", "moments 2", "moments 3", "preview 4"]);
    const told = (groups: number) => ({ groups, of: 8, rows: groups, explainedVariance: [0.5] });
    expect(ledger.provisional).toEqual([told(1), told(2), told(4)]);
  });

  test("are left to their phase where there are few groups, and where something is wrong", async () => {
    const few = begin(3);
    for (const group of [0, 1, 2]) few.featurize(group);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([await few.early.stop(), few.done]).toEqual([new Map(), []]);
    const wrong = begin(4, async (job) => {
      if (job.kind === "moments" && job.group === 1) throw new Error("a shard is gone");
      return {};
    });
    for (const group of [0, 1, 2, 3]) wrong.featurize(group);
    await vi.waitFor(() => expect(wrong.done).toContain("preview 1"));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await wrong.early.stop()).has(1)).toBe(false);
  });

  test("are not made again at the end, and the books are as ever", async () => {
    const groups = 4;
    const scene = await stage({ count: 0 });
    const keys = Array.from(
      { length: groups * batchesPerGroup * 256 },
      (_, i) => `a/${String(i).padStart(6, "0")}.jpg`,
    );
    const opened = await open(scene, { config: { batchSize: 256 } });
    class Slow extends FakePool {
      override async do(job: Job) {
        if (job.kind === "features") await new Promise((resolve) => setTimeout(resolve, 15));
        return super.do(job);
      }
    }
    const { made, success } = await drive(scene, opened, {
      source: sourceOf(keys),
      hasReducers: true,
      pool: (queue, out) => new Slow(queue, out),
    });
    expect(success.books).toEqual({ listed: 32_768, featurized: 32_768, quarantined: 0, missing: 0, duplicates: 0 });
    expect(made.moments).toBe(groups);
    expect(made.preview).toBeGreaterThan(0);
    const { provisional } = (await newestTelemetry(scene.out, success.run)) ?? {};
    expect(provisional?.[0]).toEqual({
      groups: 1,
      of: groups,
      rows: expect.any(Number),
      explainedVariance: [0.5, 0.25],
    });
  }, 60_000);
});
