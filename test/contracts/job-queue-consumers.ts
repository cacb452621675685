import { HandBackError } from "@pomona/core";
import { expect, it } from "vitest";
import { batchesOf, gate, makeJob, makeJobs, type QueueScene, result, settle } from "./queue-scene.ts";

/** Consumers: how they are counted, closed and interrupted. */
export function consumersContract(scene: QueueScene): void {
  it("closes a consumer after its jobs in flight, and takes no more", async () => {
    const { opened, open } = gate();
    const consumer = scene.queue.consume("features", () => opened.then(() => result), { concurrency: 2 });
    await scene.queue.add("features", makeJobs(5));
    await scene.waitUntil(async () => expect(await scene.queue.counts("features")).toEqual({ waiting: 3, active: 2 }));
    let closed = false;
    const closing = consumer.close().then(() => {
      closed = true;
    });
    await settle();
    expect(closed).toBe(false);
    open();
    await closing;
    await scene.waitForEnded(2);
    await settle();
    expect(await scene.queue.counts("features")).toEqual({ waiting: 3, active: 0 });
  });

  it("hands jobs back when the grace is over, aborts them, and ignores what they still answer", async () => {
    const { opened, open } = gate();
    const signals: AbortSignal[] = [];
    const consumer = scene.queue.consume(
      "features",
      (_, { signal }) => {
        signals.push(signal);
        return opened.then(() => result);
      },
      { concurrency: 2 },
    );
    await scene.queue.add("features", makeJobs(3));
    await scene.waitUntil(async () => expect(await scene.queue.counts("features")).toEqual({ waiting: 1, active: 2 }));
    const patient = consumer.close();
    expect(signals.some((signal) => signal.aborted)).toBe(false);
    await consumer.close({ graceMs: 50 });
    await patient;
    expect(signals.map((signal) => signal.aborted)).toEqual([true, true]);
    await scene.waitUntil(async () => expect(await scene.queue.counts("features")).toEqual({ waiting: 3, active: 0 }));
    open();
    await settle();
    expect(scene.ended).toEqual([]);

    scene.other.consume("features", async () => result, { concurrency: 1 });
    await scene.waitForEnded(3);
    expect(batchesOf(scene.ended.map(({ job }) => job)).sort()).toEqual([0, 1, 2]);
  });

  it("keeps the signal quiet for a job that ends by itself", async () => {
    let signal: AbortSignal | undefined;
    const consumer = scene.queue.consume(
      "features",
      async (_, context) => {
        signal = context.signal;
        return result;
      },
      { concurrency: 1 },
    );
    await scene.queue.add("features", [makeJob(1)]);
    await scene.waitForEnded(1);
    await consumer.close({ graceMs: 0 });
    expect(signal?.aborted).toBe(false);
  });

  it("counts the slots of its consumers, not those that close", async () => {
    expect(await scene.queue.slots("features")).toBe(0);
    const consumer = scene.queue.consume("features", async () => result, { concurrency: 3 });
    scene.other.consume("features", async () => result, { concurrency: 2 });
    await scene.waitUntil(async () => expect(await scene.queue.slots("features")).toBe(5));
    expect(await scene.queue.slots("reduce")).toBe(0);
    await consumer.close();
    await scene.waitUntil(async () => expect(await scene.queue.slots("features")).toBe(2));
  });

  it("says that no consumer died with a job that was only handed back", async () => {
    const restarts: number[] = [];
    scene.queue.consume(
      "features",
      async (_, context) => {
        restarts.push(context.restarts);
        if (restarts.length === 1) throw new HandBackError("no engine");
        return result;
      },
      { concurrency: 1 },
    );
    await scene.queue.add("features", [makeJob(1)]);
    await scene.waitForEnded(1);
    expect(restarts).toEqual([0, 0]);
  });

  it("is not interrupted by work", async () => {
    const interruptions: string[] = [];
    const stop = scene.queue.onInterrupted((reason) => interruptions.push(reason));
    scene.queue.consume("features", async () => result, { concurrency: 1 });
    await scene.queue.add("features", makeJobs(3));
    await scene.waitForEnded(3);
    await settle();
    expect(interruptions).toEqual([]);
    stop();
  });

  it("closes with its consumers", async () => {
    const { opened, open } = gate();
    let finished = false;
    scene.queue.consume(
      "features",
      async () => {
        await opened;
        finished = true;
        return result;
      },
      { concurrency: 1 },
    );
    await scene.queue.add("features", makeJobs(2));
    await scene.waitUntil(async () => expect(await scene.queue.counts("features")).toEqual({ waiting: 1, active: 1 }));
    const closing = scene.queue.close();
    open();
    await closing;
    expect(finished).toBe(true);
  });

  it.each([0, -1, 1.5, Number.NaN])("refuses a concurrency of %d", (concurrency) => {
    expect(() => scene.queue.consume("features", async () => result, { concurrency })).toThrow(RangeError);
  });
}
