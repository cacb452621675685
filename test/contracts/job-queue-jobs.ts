import { HandBackError, type Job, PomonaError } from "@pomona/core";
import { expect, it } from "vitest";
import { batchesOf, gate, makeJob, makeJobs, type QueueScene, result, settle } from "./queue-scene.ts";

/** Jobs: their order, their ends, and what becomes of those that wait. */
export function jobsContract(scene: QueueScene): void {
  it("does every job once and tells its result", async () => {
    const jobs = makeJobs(100);
    const done: Job[] = [];
    scene.queue.consume(
      "features",
      async (job) => {
        done.push(job);
        return result;
      },
      { concurrency: 4 },
    );
    await scene.queue.add("features", jobs);
    await scene.waitForEnded(100);
    expect([...batchesOf(done)].sort((a, b) => a - b)).toEqual(batchesOf(jobs));
    for (const event of scene.ended) expect(event).toEqual({ state: "completed", job: event.job, result });
    expect(done).toContainEqual(jobs[42]);
    expect(await scene.queue.counts("features")).toEqual({ waiting: 0, active: 0 });
  });

  it("serves the lowest priority first, and in the order of adding within one", async () => {
    await scene.queue.add("features", [
      makeJob(1, { priority: 5 }),
      makeJob(2, { priority: 1 }),
      makeJob(3, { priority: 5 }),
    ]);
    await scene.queue.add("features", [
      makeJob(4, { priority: 2 }),
      makeJob(5, { priority: 1 }),
      makeJob(6, { priority: 300 }),
    ]);
    scene.queue.consume("features", async () => result, { concurrency: 1 });
    await scene.waitForEnded(6);
    expect(batchesOf(scene.ended.map(({ job }) => job))).toEqual([2, 5, 4, 1, 3, 6]);
  });

  it("lets a job of a low priority overtake those that wait", async () => {
    const { opened, open } = gate();
    scene.queue.consume("features", () => opened.then(() => result), { concurrency: 1 });
    await scene.queue.add("features", makeJobs(3, { priority: 9 }));
    await scene.waitUntil(async () => expect(await scene.queue.counts("features")).toEqual({ waiting: 2, active: 1 }));
    await scene.queue.add("features", [makeJob(77, { priority: 1 })]);
    open();
    await scene.waitForEnded(4);
    expect(batchesOf(scene.ended.map(({ job }) => job))).toEqual([0, 77, 1, 2]);
  });

  it.each([1, 3])("runs up to %i at a time, not more", async (concurrency) => {
    let running = 0;
    let most = 0;
    scene.queue.consume(
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
    await scene.queue.add("features", makeJobs(12));
    await scene.waitForEnded(12);
    expect(most).toBe(concurrency);
  });

  it("spreads jobs over consumers", async () => {
    const served = [0, 0];
    for (const [i, client] of [scene.queue, scene.other].entries()) {
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
    await scene.queue.add("features", makeJobs(40));
    await scene.waitForEnded(40);
    expect(Math.min(...served)).toBeGreaterThan(8);
  });

  it("keeps the queues apart", async () => {
    const seen: string[] = [];
    scene.queue.consume(
      "reduce",
      async (job) => {
        seen.push(job.id);
        return result;
      },
      { concurrency: 1 },
    );
    await scene.queue.add("features", [makeJob(1)]);
    await scene.queue.add("reduce", [makeJob(2)]);
    await scene.waitUntil(() => expect(seen).toEqual([makeJob(2).id]));
    await settle();
    expect(scene.ended).toEqual([]);
    expect(await scene.queue.counts("features")).toEqual({ waiting: 1, active: 0 });
  });

  it("ignores an id that waits or is active, takes one that ended again", async () => {
    const { opened, open } = gate();
    await scene.queue.add("features", [makeJob(1), makeJob(1)]);
    await scene.queue.add("features", [makeJob(1)]);
    expect(await scene.queue.counts("features")).toEqual({ waiting: 1, active: 0 });
    scene.queue.consume("features", () => opened.then(() => result), { concurrency: 2 });
    await scene.waitUntil(async () => expect(await scene.queue.counts("features")).toEqual({ waiting: 0, active: 1 }));
    await scene.queue.add("features", [makeJob(1)]);
    expect(await scene.queue.counts("features")).toEqual({ waiting: 0, active: 1 });
    open();
    await scene.waitForEnded(1);
    await scene.queue.add("features", [makeJob(1)]);
    await scene.waitForEnded(2);
  });

  it("fails a job whose handler throws, with what it threw, and takes its id again", async () => {
    const errors = [
      new PomonaError("weights-not-found", "no weights", { remedy: "give --weights" }),
      new TypeError("x is not a function"),
    ];
    scene.queue.consume(
      "features",
      async () => {
        const error = errors.shift();
        if (error !== undefined) throw error;
        return result;
      },
      { concurrency: 1 },
    );
    await scene.queue.add("features", [makeJob(1)]);
    await scene.waitForEnded(1);
    await scene.queue.add("features", [makeJob(1)]);
    await scene.waitForEnded(2);
    await scene.queue.add("features", [makeJob(1)]);
    await scene.waitForEnded(3);
    expect(scene.ended).toEqual([
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
    scene.queue.consume(
      "features",
      async (job) => {
        attempts.push(...batchesOf([job]));
        if (attempts.length <= 2) throw new HandBackError("no engine");
        return result;
      },
      { concurrency: 1 },
    );
    await scene.queue.add("features", [makeJob(1)]);
    await scene.waitForEnded(1);
    expect(attempts).toEqual([1, 1, 1]);
    expect(scene.ended[0]?.state).toBe("completed");
  });

  it("removes the waiting jobs of a run, and no others", async () => {
    const { opened, open } = gate();
    scene.queue.consume("features", () => opened.then(() => result), { concurrency: 1 });
    await scene.queue.add("features", makeJobs(5, { run: "20261122-120000-aaaaaa" }));
    await scene.waitUntil(async () => expect(await scene.queue.counts("features")).toEqual({ waiting: 4, active: 1 }));
    await scene.queue.add("features", makeJobs(3, { run: "20261122-120000-bbbbbb" }));
    expect(await scene.queue.removeWaiting("features", "20261122-120000-aaaaaa")).toBe(4);
    expect(await scene.queue.removeWaiting("features", "20261122-120000-aaaaaa")).toBe(0);
    expect(await scene.queue.counts("features")).toEqual({ waiting: 3, active: 1 });
    open();
    await scene.waitForEnded(4);
    await scene.queue.add("features", [makeJob(3, { run: "20261122-120000-aaaaaa" })]);
    await scene.waitForEnded(5);
  });

  it("tells listeners of other clients, until they stop", async () => {
    const heard: string[] = [];
    const stop = scene.other.onEnded("features", ({ job }) => heard.push(job.id));
    scene.queue.consume("features", async () => result, { concurrency: 1 });
    await scene.queue.add("features", [makeJob(1)]);
    await scene.waitUntil(() => expect(heard).toEqual([makeJob(1).id]));
    stop();
    await scene.queue.add("features", [makeJob(2)]);
    await scene.waitForEnded(2);
    await settle();
    expect(heard).toHaveLength(1);
  });
}
