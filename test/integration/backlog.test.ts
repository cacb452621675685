import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { copyPhotos } from "../support/copy-photos.ts";
import { weights } from "../support/places.ts";
import { type Member, openPool } from "../support/pool-members.ts";
import { redisServer } from "../support/redis.ts";
import { readRunState } from "../support/run-state.ts";
import { waitFor } from "../support/wait-for.ts";

interface Backlog {
  readonly features: number;
  readonly reduce: number;
}

/** What an autoscaler would read. */
async function backlogOf(coordinator: Member): Promise<Backlog | undefined> {
  const page = await coordinator.page("/backlog");
  return page?.status === 200 ? (JSON.parse(page.text) as Backlog) : undefined;
}

/** Waits for it: the coordinator hears of what happened a moment later. */
async function expectBacklog(coordinator: Member, expected: Partial<Backlog>): Promise<void> {
  await waitFor(
    `a backlog of ${JSON.stringify(expected)}`,
    async () => {
      const last = await backlogOf(coordinator);
      return Object.entries(expected).every(([queue, count]) => last?.[queue as keyof Backlog] === count);
    },
    { seconds: 30, everyMs: 100 },
  );
}

/** Batches that hold images and have no shard, counted in the store. */
async function batchesWithoutShard(out: string): Promise<number> {
  const { batches, shards } = await readRunState(out);
  return batches.filter(({ ordinal, images }) => images.length > 0 && !shards.has(ordinal)).length;
}

describe.skipIf(redisServer === undefined)("/backlog, which autoscalers go by", () => {
  it("is the batches without a shard, from none to all; without a worker a run waits", async () => {
    const pool = await openPool();
    onTestFinished(() => pool.close());
    const input = join(pool.scratch, "input");
    await copyPhotos(input, 120);
    let coordinator = await pool.start("coordinator");
    await coordinator.ready();
    await expectBacklog(coordinator, { features: 0, reduce: 0 });

    // Nobody could do anything: scaled to zero.
    const out = join(pool.scratch, "out");
    const run = await pool.client("submit", input, "--out", out, "--weights", weights, "--batch-size", "8");
    await expectBacklog(coordinator, { features: 15, reduce: 0 });
    expect(await batchesWithoutShard(out)).toBe(15);
    // Longer than `run` would wait for a worker.
    await sleep(12_000);
    expect(JSON.parse(await pool.client("status", run, "--json"))).toMatchObject({ state: "running" });
    await expectBacklog(coordinator, { features: 15, reduce: 0 });

    // Paused work is none that somebody should come for.
    await pool.client("pause", run);
    await expectBacklog(coordinator, { features: 0, reduce: 0 });
    await pool.client("resume", run);
    await expectBacklog(coordinator, { features: 15, reduce: 0 });

    // One comes, does some of it, and is sent away.
    const worker = await pool.start("worker", "--workers", "1", "--weights", weights);
    await waitFor("some shards", async () => (await readRunState(out)).shards.size >= 3, { seconds: 60, everyMs: 20 });
    await worker.stop();
    const left = await batchesWithoutShard(out);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(12);
    await expectBacklog(coordinator, { features: left, reduce: 0 });

    // Another coordinator counts the same.
    await coordinator.stop();
    coordinator = await pool.start("coordinator");
    await coordinator.ready();
    await expectBacklog(coordinator, { features: left, reduce: 0 });

    // When all have one, what is left is work of reducers.
    await pool.start("worker", "--workers", "1", "--weights", weights);
    await waitFor("work for reducers", async () => ((await backlogOf(coordinator))?.reduce ?? 0) > 0, { seconds: 60 });
    expect(await batchesWithoutShard(out)).toBe(0);
    await expectBacklog(coordinator, { features: 0 });
    await pool.start("reducer", "--processes", "1");
    await waitFor("_SUCCESS", () => existsSync(join(out, "_SUCCESS")), { seconds: 60 });
    await expectBacklog(coordinator, { features: 0, reduce: 0 });
  }, 300_000);
});
