import {
  type FeaturesJob,
  HandBackError,
  type Job,
  type JobEnded,
  type JobQueue,
  type JobResult,
  PomonaError,
} from "@pomona/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

/** What a queue must bring to be tested. Each test gets a harness of its own, with nothing in its queues. */
export interface JobQueueHarness {
  readonly queue: JobQueue;
  /** Another client of the same queues, as another process would have; `queue` itself where there are no others. */
  readonly other: JobQueue;
  close(): Promise<void>;
}

const result: JobResult = { rows: 7, quarantined: 1, decoded: 8 };

function makeJob(batch: number, options: { run?: string; priority?: number } = {}): FeaturesJob {
  const { run = "20261122-120000-abcdef", priority = 1 } = options;
  return { kind: "features", id: `${run}-b${batch}-e1`, run, batch, priority };
}

function makeJobs(count: number, options?: { run?: string; priority?: number }): FeaturesJob[] {
  return Array.from({ length: count }, (_, i) => makeJob(i, options));
}

function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

const batchesOf = (jobs: readonly Job[]): number[] => jobs.map((job) => (job.kind === "features" ? job.batch : -1));

/** Long enough for a queue that was going to do something to have done it. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 150));

/** Runs the contract of {@link JobQueue} against one implementation. */
export function jobQueueContract(name: string, makeHarness: () => Promise<JobQueueHarness>): void {
  describe(`${name} keeps the job queue contract`, () => {
    let harness: JobQueueHarness;
    let queue: JobQueue;
    let ended: JobEnded[];
    const waitUntil = (check: () => void | Promise<void>): Promise<void> =>
      vi.waitFor(check, { timeout: 10_000, interval: 5 });
    const waitForEnded = (count: number): Promise<void> => waitUntil(() => expect(ended).toHaveLength(count));

    beforeEach(async () => {
      harness = await makeHarness();
      queue = harness.queue;
      ended = [];
      queue.onEnded("features", (event) => ended.push(event));
    });
    afterEach(() => harness.close());

    it("does every job once and tells its result", async () => {
      const jobs = makeJobs(100);
      const done: Job[] = [];
      queue.consume(
        "features",
        async (job) => {
          done.push(job);
          return result;
        },
        { concurrency: 4 },
      );
      await queue.add("features", jobs);
      await waitForEnded(100);
      expect([...batchesOf(done)].sort((a, b) => a - b)).toEqual(batchesOf(jobs));
      for (const event of ended) expect(event).toEqual({ state: "completed", job: event.job, result });
      expect(done).toContainEqual(jobs[42]);
      expect(await queue.counts("features")).toEqual({ waiting: 0, active: 0 });
    });

    it("serves the lowest priority first, and in the order of adding within one", async () => {
      await queue.add("features", [
        makeJob(1, { priority: 5 }),
        makeJob(2, { priority: 1 }),
        makeJob(3, { priority: 5 }),
      ]);
      await queue.add("features", [
        makeJob(4, { priority: 2 }),
        makeJob(5, { priority: 1 }),
        makeJob(6, { priority: 300 }),
      ]);
      queue.consume("features", async () => result, { concurrency: 1 });
      await waitForEnded(6);
      expect(batchesOf(ended.map(({ job }) => job))).toEqual([2, 5, 4, 1, 3, 6]);
    });

    it("lets a job of a low priority overtake those that wait", async () => {
      const { opened, open } = gate();
      queue.consume("features", () => opened.then(() => result), { concurrency: 1 });
      await queue.add("features", makeJobs(3, { priority: 9 }));
      await waitUntil(async () => expect(await queue.counts("features")).toEqual({ waiting: 2, active: 1 }));
      await queue.add("features", [makeJob(77, { priority: 1 })]);
      open();
      await waitForEnded(4);
      expect(batchesOf(ended.map(({ job }) => job))).toEqual([0, 77, 1, 2]);
    });

    it.each([1, 3])("runs up to %i at a time, not more", async (concurrency) => {
      let running = 0;
      let most = 0;
      queue.consume(
        "features",
        async () => {
          running += 1;
          most = Math.max(most, running);
          await new Promise((resolve) => setTimeout(resolve, 10));
          running -= 1;
          return result;
        },
        { concurrency },
      );
      await queue.add("features", makeJobs(12));
      await waitForEnded(12);
      expect(most).toBe(concurrency);
    });

    it("spreads jobs over consumers", async () => {
      const served = [0, 0];
      for (const [i, client] of [queue, harness.other].entries()) {
        client.consume(
          "features",
          async () => {
            served[i] = (served[i] ?? 0) + 1;
            await new Promise((resolve) => setTimeout(resolve, 5));
            return result;
          },
          { concurrency: 1 },
        );
      }
      await queue.add("features", makeJobs(40));
      await waitForEnded(40);
      expect(Math.min(...served)).toBeGreaterThan(8);
    });

    it("keeps the queues apart", async () => {
      const seen: string[] = [];
      queue.consume(
        "reduce",
        async (job) => {
          seen.push(job.id);
          return result;
        },
        { concurrency: 1 },
      );
      await queue.add("features", [makeJob(1)]);
      await queue.add("reduce", [makeJob(2)]);
      await waitUntil(() => expect(seen).toEqual([makeJob(2).id]));
      await settle();
      expect(ended).toEqual([]);
      expect(await queue.counts("features")).toEqual({ waiting: 1, active: 0 });
    });

    it("ignores an id that waits or is active, takes one that ended again", async () => {
      const { opened, open } = gate();
      await queue.add("features", [makeJob(1), makeJob(1)]);
      await queue.add("features", [makeJob(1)]);
      expect(await queue.counts("features")).toEqual({ waiting: 1, active: 0 });
      queue.consume("features", () => opened.then(() => result), { concurrency: 2 });
      await waitUntil(async () => expect(await queue.counts("features")).toEqual({ waiting: 0, active: 1 }));
      await queue.add("features", [makeJob(1)]);
      expect(await queue.counts("features")).toEqual({ waiting: 0, active: 1 });
      open();
      await waitForEnded(1);
      await queue.add("features", [makeJob(1)]);
      await waitForEnded(2);
    });

    it("fails a job whose handler throws, with what it threw, and takes its id again", async () => {
      const errors = [
        new PomonaError("weights-not-found", "no weights", { remedy: "give --weights" }),
        new TypeError("x is not a function"),
      ];
      queue.consume(
        "features",
        async () => {
          const error = errors.shift();
          if (error !== undefined) throw error;
          return result;
        },
        { concurrency: 1 },
      );
      await queue.add("features", [makeJob(1)]);
      await waitForEnded(1);
      await queue.add("features", [makeJob(1)]);
      await waitForEnded(2);
      await queue.add("features", [makeJob(1)]);
      await waitForEnded(3);
      expect(ended).toEqual([
        {
          state: "failed",
          job: makeJob(1),
          error: { code: "weights-not-found", message: "no weights", remedy: "give --weights" },
        },
        { state: "failed", job: makeJob(1), error: { code: "unexpected", message: "TypeError: x is not a function" } },
        { state: "completed", job: makeJob(1), result },
      ]);
    });

    it("puts a job back that was handed back, without an end", async () => {
      const attempts: number[] = [];
      queue.consume(
        "features",
        async (job) => {
          attempts.push(...batchesOf([job]));
          if (attempts.length <= 2) throw new HandBackError("no engine");
          return result;
        },
        { concurrency: 1 },
      );
      await queue.add("features", [makeJob(1)]);
      await waitForEnded(1);
      expect(attempts).toEqual([1, 1, 1]);
      expect(ended[0]?.state).toBe("completed");
    });

    it("removes the waiting jobs of a run, and no others", async () => {
      const { opened, open } = gate();
      queue.consume("features", () => opened.then(() => result), { concurrency: 1 });
      await queue.add("features", makeJobs(5, { run: "20261122-120000-aaaaaa" }));
      await waitUntil(async () => expect(await queue.counts("features")).toEqual({ waiting: 4, active: 1 }));
      await queue.add("features", makeJobs(3, { run: "20261122-120000-bbbbbb" }));
      expect(await queue.removeWaiting("features", "20261122-120000-aaaaaa")).toBe(4);
      expect(await queue.removeWaiting("features", "20261122-120000-aaaaaa")).toBe(0);
      expect(await queue.counts("features")).toEqual({ waiting: 3, active: 1 });
      open();
      await waitForEnded(4);
      await queue.add("features", [makeJob(3, { run: "20261122-120000-aaaaaa" })]);
      await waitForEnded(5);
    });

    it("tells listeners of other clients, until they stop", async () => {
      const heard: string[] = [];
      const stop = harness.other.onEnded("features", ({ job }) => heard.push(job.id));
      queue.consume("features", async () => result, { concurrency: 1 });
      await queue.add("features", [makeJob(1)]);
      await waitUntil(() => expect(heard).toEqual([makeJob(1).id]));
      stop();
      await queue.add("features", [makeJob(2)]);
      await waitForEnded(2);
      await settle();
      expect(heard).toHaveLength(1);
    });

    it("closes a consumer after its jobs in flight, and takes no more", async () => {
      const { opened, open } = gate();
      const consumer = queue.consume("features", () => opened.then(() => result), { concurrency: 2 });
      await queue.add("features", makeJobs(5));
      await waitUntil(async () => expect(await queue.counts("features")).toEqual({ waiting: 3, active: 2 }));
      let closed = false;
      const closing = consumer.close().then(() => {
        closed = true;
      });
      await settle();
      expect(closed).toBe(false);
      open();
      await closing;
      await waitForEnded(2);
      await settle();
      expect(await queue.counts("features")).toEqual({ waiting: 3, active: 0 });
    });

    it("hands jobs back when the grace is over, aborts them, and ignores what they still answer", async () => {
      const { opened, open } = gate();
      const signals: AbortSignal[] = [];
      const consumer = queue.consume(
        "features",
        (_, { signal }) => {
          signals.push(signal);
          return opened.then(() => result);
        },
        { concurrency: 2 },
      );
      await queue.add("features", makeJobs(3));
      await waitUntil(async () => expect(await queue.counts("features")).toEqual({ waiting: 1, active: 2 }));
      const patient = consumer.close();
      expect(signals.some((signal) => signal.aborted)).toBe(false);
      await consumer.close({ graceMs: 50 });
      await patient;
      expect(signals.map((signal) => signal.aborted)).toEqual([true, true]);
      await waitUntil(async () => expect(await queue.counts("features")).toEqual({ waiting: 3, active: 0 }));
      open();
      await settle();
      expect(ended).toEqual([]);

      harness.other.consume("features", async () => result, { concurrency: 1 });
      await waitForEnded(3);
      expect(batchesOf(ended.map(({ job }) => job)).sort()).toEqual([0, 1, 2]);
    });

    it("keeps the signal quiet for a job that ends by itself", async () => {
      let signal: AbortSignal | undefined;
      const consumer = queue.consume(
        "features",
        async (_, context) => {
          signal = context.signal;
          return result;
        },
        { concurrency: 1 },
      );
      await queue.add("features", [makeJob(1)]);
      await waitForEnded(1);
      await consumer.close({ graceMs: 0 });
      expect(signal?.aborted).toBe(false);
    });

    it("counts the slots of its consumers, not those that close", async () => {
      expect(await queue.slots("features")).toBe(0);
      const consumer = queue.consume("features", async () => result, { concurrency: 3 });
      harness.other.consume("features", async () => result, { concurrency: 2 });
      await waitUntil(async () => expect(await queue.slots("features")).toBe(5));
      expect(await queue.slots("reduce")).toBe(0);
      await consumer.close();
      await waitUntil(async () => expect(await queue.slots("features")).toBe(2));
    });

    it("says that no consumer died with a job that was only handed back", async () => {
      const restarts: number[] = [];
      queue.consume(
        "features",
        async (_, context) => {
          restarts.push(context.restarts);
          if (restarts.length === 1) throw new HandBackError("no engine");
          return result;
        },
        { concurrency: 1 },
      );
      await queue.add("features", [makeJob(1)]);
      await waitForEnded(1);
      expect(restarts).toEqual([0, 0]);
    });

    it("is not interrupted by work", async () => {
      const interruptions: string[] = [];
      const stop = queue.onInterrupted((reason) => interruptions.push(reason));
      queue.consume("features", async () => result, { concurrency: 1 });
      await queue.add("features", makeJobs(3));
      await waitForEnded(3);
      await settle();
      expect(interruptions).toEqual([]);
      stop();
    });

    it("closes with its consumers", async () => {
      const { opened, open } = gate();
      let finished = false;
      queue.consume(
        "features",
        async () => {
          await opened;
          finished = true;
          return result;
        },
        { concurrency: 1 },
      );
      await queue.add("features", makeJobs(2));
      await waitUntil(async () => expect(await queue.counts("features")).toEqual({ waiting: 1, active: 1 }));
      const closing = queue.close();
      open();
      await closing;
      expect(finished).toBe(true);
    });

    it.each([0, -1, 1.5, Number.NaN])("refuses a concurrency of %d", (concurrency) => {
      expect(() => queue.consume("features", async () => result, { concurrency })).toThrow(RangeError);
    });
  });
}
