import { setTimeout as sleep } from "node:timers/promises";
import type { FeaturesJob, Job, JobEnded, JobHandler, JobResult } from "@pomona/core";
import { type BullmqQueue, type ConnectQueueOptions, connectQueue } from "@pomona/queue";
import { describe, expect, type OnTestFinishedHandler, test } from "vitest";
import { type RedisOptions, redisServer, startRedis, type TestRedis, uniquePrefix } from "../support/redis.ts";
import { type ConsumerProcess, startQueueConsumer } from "../support/start-queue-consumer.ts";
import { waitFor } from "../support/wait-for.ts";

const run = "20261122-120000-abcdef";
const result: JobResult = { rows: 7, quarantined: 0, decoded: 8 };

function job(batch: number): FeaturesJob {
  return { kind: "features", id: `${run}-b${batch}-e1`, run, batch, priority: 3 };
}

interface Setting {
  readonly redis: TestRedis;
  readonly prefix: string;
  readonly ended: JobEnded[];
  /** Listens, adds, counts. */
  readonly queue: BullmqQueue;
  connect(options?: Partial<ConnectQueueOptions>): Promise<BullmqQueue>;
  startConsumer(milliseconds: number): Promise<ConsumerProcess>;
  waitForEnded(count: number, seconds?: number): Promise<unknown>;
}

/** The tests run at the same time: each says itself what is to be done at its end. */
interface Context {
  onTestFinished(handler: OnTestFinishedHandler): void;
}

async function arrange({ onTestFinished }: Context, options?: RedisOptions): Promise<Setting> {
  const redis = await startRedis(options);
  onTestFinished(() => redis.close());
  const prefix = uniquePrefix();
  async function connect(more: Partial<ConnectQueueOptions> = {}): Promise<BullmqQueue> {
    const queue = await connectQueue({ url: redis.url, role: "consumer", prefix, ...more });
    onTestFinished(() => queue.close());
    return queue;
  }
  const ended: JobEnded[] = [];
  const queue = await connect();
  queue.onEnded("features", (event) => ended.push(event));
  return {
    redis,
    prefix,
    ended,
    queue,
    connect,
    async startConsumer(milliseconds) {
      const consumer = await startQueueConsumer(redis.url, prefix, milliseconds);
      onTestFinished(() => consumer.end());
      return consumer;
    },
    waitForEnded: (count, seconds = 30) =>
      waitFor(`${count} ends`, () => ended.length >= count, { seconds, everyMs: 20 }),
  };
}

/** A handler that notes when and how each job began. */
function noting(milliseconds: number): { readonly handler: JobHandler; readonly begun: Begun[] } {
  const begun: Begun[] = [];
  async function handler(job: Job, { restarts }: { restarts: number }): Promise<JobResult> {
    begun.push({ id: job.id, restarts, at: performance.now() });
    await sleep(milliseconds);
    return result;
  }
  return { handler, begun };
}

interface Begun {
  readonly id: string;
  readonly restarts: number;
  readonly at: number;
}

const secondsSince = (start: number): number => (performance.now() - start) / 1000;

/** So that the figures can be read in the log of a run. */
function note(what: string, seconds: number): void {
  console.log(`${what}: ${seconds.toFixed(1)} s`);
}

// Most of the time is spent waiting for locks to expire.
describe.skipIf(redisServer === undefined).concurrent("BullmqQueue after a fault", () => {
  test.for([3, 15])("goes on within 10 s of the return of a Redis that was away for %d s", async (outage, context) => {
    const { redis, queue, ended, connect, waitForEnded } = await arrange(context);
    const idle = noting(0);
    (await connect()).consume("reduce", idle.handler, { concurrency: 1 });
    const busy = noting(5000);
    const notices: string[] = [];
    const worker = await connect({ onNotice: (notice) => notices.push(notice) });
    worker.consume("features", busy.handler, { concurrency: 2 });
    const interruptions: string[] = [];
    queue.onInterrupted((reason) => interruptions.push(reason));
    await queue.add("features", [0, 1, 2].map(job));
    await waitFor("two jobs", () => busy.begun.length === 2);
    await sleep(1500);
    await redis.kill9();
    await sleep(outage * 1000);
    await redis.restart();
    const back = performance.now();

    await queue.add("reduce", [job(9)]);
    await waitFor("the idle consumer", () => idle.begun.length === 1, { seconds: 10 });
    note(`Redis away for ${outage} s: idle consumer took a job after`, secondsSince(back));
    await waitFor("the busy consumer", () => busy.begun.some(({ at }) => at > back), { seconds: 10 });
    note(`Redis away for ${outage} s: busy consumer took a job after`, secondsSince(back));
    await waitForEnded(3);
    expect(ended.map((event) => event.job.id).sort()).toEqual([0, 1, 2].map((n) => job(n).id));
    expect(ended.map(({ state }) => state)).toEqual(["completed", "completed", "completed"]);
    expect(interruptions).toContain("the connection to Redis was lost and is back");
    expect(notices[0]).toMatch(/^Redis at redis:\/\/127.0.0.1:\d+ does not answer: /);
    expect(notices.slice(1)).toContainEqual(expect.stringMatching(/ is back$/));
    expect(notices.length).toBeLessThan(8);
  });

  test("begins the job of a killed process again within 15 s, and says that its worker died", async (context) => {
    const { queue, ended, connect, startConsumer, waitForEnded } = await arrange(context);
    const victim = await startConsumer(60_000);
    await queue.add("features", [job(1)]);
    expect(await victim.hear((line) => line.started !== undefined)).toEqual({ started: job(1).id, restarts: 0 });
    await waitFor("two slots", async () => (await queue.slots("features")) === 2);
    expect(await queue.consumers("features")).toMatchObject([
      { pid: victim.process.pid, role: "worker", version: "0.1.0", slots: 2 },
    ]);
    const { handler, begun } = noting(0);
    (await connect()).consume("features", handler, { concurrency: 3 });

    const killed = performance.now();
    await victim.end();
    await waitForEnded(1);
    note("killed consumer: its job was begun again after", ((begun[0]?.at ?? 0) - killed) / 1000);
    expect(((begun[0]?.at ?? Number.POSITIVE_INFINITY) - killed) / 1000).toBeLessThan(15);
    expect(begun).toMatchObject([{ id: job(1).id, restarts: 1 }]);
    expect(ended).toEqual([{ state: "completed", job: job(1), result }]);
    await waitFor("three slots", async () => (await queue.slots("features")) === 3, { everyMs: 100 });
    note("killed consumer: its slots were gone after", secondsSince(killed));
  });

  test("ignores what a process answers that was stopped until another did its job", async (context) => {
    const { queue, ended, connect, startConsumer, waitForEnded } = await arrange(context);
    const zombie = await startConsumer(2000);
    await queue.add("features", [job(1)]);
    await zombie.hear((line) => line.started !== undefined);
    zombie.signal("SIGSTOP");
    const { handler } = noting(0);
    (await connect()).consume("features", handler, { concurrency: 1 });
    await sleep(25_000);
    zombie.signal("SIGCONT");
    await zombie.hear((line) => line.answered !== undefined || line.aborted !== undefined);
    await sleep(3000);
    expect(ended).toEqual([{ state: "completed", job: job(1), result }]);
    expect(await queue.counts("features")).toEqual({ waiting: 0, active: 0 });
    expect(zombie.lines).toContainEqual({ notice: expect.stringContaining(`job ${job(1).id}`) });
    // It lives, and takes jobs.
    await queue.add("features", [2, 3, 4, 5].map(job));
    await waitForEnded(5);
    expect(ended.slice(1).map(({ state }) => state)).toEqual(Array(4).fill("completed"));
  });

  test("aborts a job whose lock was lost", async (context) => {
    const { redis, prefix, queue, startConsumer } = await arrange(context);
    const consumer = await startConsumer(20_000);
    await queue.add("features", [job(1)]);
    await consumer.hear((line) => line.started !== undefined);
    await redis.call("SET", `${prefix}:features:${job(1).id}:lock`, "another's");
    expect(await consumer.hear((line) => line.aborted !== undefined)).toEqual({ aborted: job(1).id });
  });

  test("says that Redis was emptied, takes the same ids again, and does them", async (context) => {
    const { redis, queue, connect, waitForEnded } = await arrange(context);
    const interruptions: string[] = [];
    queue.onInterrupted((reason) => interruptions.push(reason));
    await queue.add("features", [1, 2, 3].map(job));
    await queue.setHome("/pool");
    expect(await queue.home()).toBe("/pool");
    // The watch must have seen Redis before it was emptied.
    await waitFor("the mark", async () => ((await redis.call("KEYS", "*:mark")) as string[]).length > 0);
    await sleep(200);
    await redis.flushAll();
    await waitFor("the interruption", () => interruptions.includes("Redis was emptied"), { seconds: 8 });
    expect(await queue.home()).toBeUndefined();
    expect(await queue.counts("features")).toEqual({ waiting: 0, active: 0 });
    await queue.add("features", [1, 2, 3].map(job));
    const { handler } = noting(0);
    (await connect()).consume("features", handler, { concurrency: 1 });
    await waitForEnded(3);
  });

  test("tells of a job that Redis or BullMQ failed as of an interruption, and takes it again", async (context) => {
    const { redis, prefix, queue, ended, connect, waitForEnded } = await arrange(context);
    const interruptions: string[] = [];
    queue.onInterrupted((reason) => interruptions.push(reason));
    await queue.add("features", [job(1)]);
    // BullMQ's note that a job should fail without being run.
    await redis.call("HSET", `${prefix}:features:${job(1).id}`, "defa", "job stalled more than allowable limit");
    const { handler, begun } = noting(0);
    (await connect()).consume("features", handler, { concurrency: 1 });
    await waitFor("the interruption", () => interruptions.length > 0);
    expect(interruptions).toEqual([`job ${job(1).id} ended without a result: job stalled more than allowable limit`]);
    expect(begun).toEqual([]);
    await queue.add("features", [job(1)]);
    await waitForEnded(1);
    expect(ended).toEqual([{ state: "completed", job: job(1), result }]);
  });

  test("completes what was in hand while Redis was full, and says so to whoever adds", async (context) => {
    const { redis, queue, ended, connect, waitForEnded } = await arrange(context);
    const { handler, begun } = noting(1500);
    (await connect()).consume("features", handler, { concurrency: 1 });
    await queue.add("features", [job(1)]);
    await waitFor("the job", () => begun.length === 1);
    await redis.config("maxmemory", "1");
    await expect(queue.add("features", [job(2)])).rejects.toMatchObject({ code: "redis-full" });
    await waitForEnded(1);
    await redis.config("maxmemory", "0");
    await queue.add("features", [job(2)]);
    await waitForEnded(2);
    expect(ended.map(({ state }) => state)).toEqual(["completed", "completed"]);
    expect(begun.map(({ id }) => id)).toEqual([job(1).id, job(2).id]);
  });

  test("fails requests within 5 s, of a Redis that is gone and of one that hangs", async (context) => {
    const { redis, queue } = await arrange(context);
    for (const stop of [() => process.kill(redis.pid(), "SIGSTOP"), () => redis.kill9()]) {
      await stop();
      const asked = performance.now();
      await expect(queue.add("features", [job(1)])).rejects.toMatchObject({ code: "redis-unreachable" });
      await expect(queue.counts("features")).rejects.toMatchObject({ code: "redis-unreachable" });
      expect(secondsSince(asked) / 2).toBeLessThan(5.5);
    }
  });

  test("lets a consumer wait for a Redis that is not there yet", async (context) => {
    const { redis, connect } = await arrange(context);
    await redis.kill9();
    const notices: string[] = [];
    const connecting = connect({ onNotice: (notice) => notices.push(notice) });
    await sleep(2500);
    expect(notices).toEqual([expect.stringMatching(/does not answer.*waiting for it/)]);
    await redis.restart();
    await (await connecting).add("features", [job(1)]);
  });

  test("closes a consumer in time although Redis is away", async (context) => {
    const { redis, connect } = await arrange(context);
    const queue = await connect();
    const { handler, begun } = noting(60_000);
    const consumer = queue.consume("features", handler, { concurrency: 1 });
    await queue.add("features", [job(1)]);
    await waitFor("the job", () => begun.length === 1);
    await redis.kill9();
    const asked = performance.now();
    await consumer.close({ graceMs: 500 });
    expect(secondsSince(asked)).toBeLessThan(8);
  });

  test("notices a consumer that takes nothing although jobs wait", async (context) => {
    const { redis, prefix, queue, connect } = await arrange(context);
    const stuck: string[] = [];
    const consumer = await connect({ stuckAfterMs: 1200, onFatal: ({ code }) => stuck.push(code) });
    // BullMQ's own limit: Redis answers, the consumer has a free slot, and gets nothing.
    await redis.call("HSET", `${prefix}:features:meta`, "concurrency", 1);
    const { handler } = noting(3000);
    consumer.consume("features", handler, { concurrency: 2 });
    await queue.add("features", [1, 2].map(job));
    await waitFor("the alarm", () => stuck.length > 0, { seconds: 10 });
    expect(stuck).toEqual(["queue-stuck"]);
  });

  test("leaves no more in Redis after 30,000 jobs than after 5,000", async (context) => {
    const { redis, queue, ended, connect, waitForEnded } = await arrange(context, { appendOnly: false });
    const consumer = await connect();
    consumer.consume("features", async () => result, { concurrency: 32 });
    async function pass(from: number, to: number): Promise<number> {
      for (let next = from; next < to; next += 1000) {
        await queue.add(
          "features",
          Array.from({ length: 1000 }, (_, i) => job(next + i)),
        );
        await waitForEnded(next);
      }
      await waitForEnded(to);
      return redis.memory();
    }
    const before = await pass(0, 5000);
    const started = performance.now();
    const after = await pass(5000, 30_000);
    note("25,000 jobs took", secondsSince(started));
    console.log(`Redis held ${before} bytes after 5,000 jobs, ${after} after 30,000`);
    expect(after / before).toBeLessThan(1.1);
    // The jobs of the history, and some twenty keys of the queue itself.
    expect(await redis.call("DBSIZE")).toBeLessThan(250);
    expect(ended).toHaveLength(30_000);
  });
});
