import type { FeaturesJob, Job, JobEnded, JobQueue, JobResult } from "@pomona/core";
import { expect, vi } from "vitest";

/** What a queue must bring to be tested. Each test gets a harness of its own, with nothing in its queues. */
export interface JobQueueHarness {
  readonly queue: JobQueue;
  /** Another client of the same queues, as another process would have; `queue` itself where there are no others. */
  readonly other: JobQueue;
  close(): Promise<void>;
}

export const result: JobResult = { rows: 7, quarantined: 1, decoded: 8 };

export function makeJob(batch: number, options: { run?: string; priority?: number } = {}): FeaturesJob {
  const { run = "20261122-120000-abcdef", priority = 1 } = options;
  return { kind: "features", id: `${run}-b${batch}-e1`, run, batch, priority };
}

export function makeJobs(count: number, options?: { run?: string; priority?: number }): FeaturesJob[] {
  return Array.from({ length: count }, (_, i) => makeJob(i, options));
}

export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

export const batchesOf = (jobs: readonly Job[]): number[] =>
  jobs.map((job) => (job.kind === "features" ? job.batch : -1));

/** Long enough for a queue that was going to do something to have done it. */
export const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 150));

/** The queue under test, and the jobs that have ended in it. */
export class QueueScene {
  #harness: JobQueueHarness | undefined;
  ended: JobEnded[] = [];

  get queue(): JobQueue {
    return this.#opened.queue;
  }

  get other(): JobQueue {
    return this.#opened.other;
  }

  async open(makeHarness: () => Promise<JobQueueHarness>): Promise<void> {
    this.#harness = await makeHarness();
    const ended: JobEnded[] = [];
    this.ended = ended;
    this.queue.onEnded("features", (event) => ended.push(event));
  }

  close(): Promise<void> {
    return this.#opened.close();
  }

  waitUntil(check: () => void | Promise<void>): Promise<void> {
    return vi.waitFor(check, { timeout: 10_000, interval: 5 });
  }

  waitForEnded(count: number): Promise<void> {
    return this.waitUntil(() => expect(this.ended).toHaveLength(count));
  }

  get #opened(): JobQueueHarness {
    if (this.#harness === undefined) throw new Error("the queue is not open");
    return this.#harness;
  }
}
