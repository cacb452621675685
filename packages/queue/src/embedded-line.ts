import { type Consumer, HandBackError, type Job, type JobCounts, type JobEnded, type JobResult } from "@pomona/core";
import { toJobFailure } from "./job-failure.ts";
import { type WaitingJob, WaitingJobs } from "./waiting-jobs.ts";

/** Who does the jobs of a line. */
export interface JobTaker extends Consumer {
  /** How many jobs it takes at once. */
  readonly slots: number;
  /** How many more jobs it would take now. */
  readonly free: number;
  start(waiting: WaitingJob): void;
}

/**
 * One of the queues of an EmbeddedQueue. A job's way:
 *
 *     add ──▶ waiting ──▶ active ──▶ ended (completed | failed), told to the listeners, forgotten
 *                ▲           │
 *                └───────────┘ handed back, or its consumer's patience is over
 */
export class EmbeddedLine {
  readonly consumers = new Set<JobTaker>();
  readonly listeners = new Set<(event: JobEnded) => void>();
  readonly #waiting = new WaitingJobs();
  /** Ids that are waiting or active. */
  readonly #ids = new Set<string>();
  #sequence = 0;
  #isServing = false;

  add(jobs: readonly Job[]): void {
    for (const job of jobs) {
      if (this.#ids.has(job.id)) continue;
      this.#ids.add(job.id);
      this.#waiting.insert({ job, sequence: this.#sequence++ });
    }
    this.serve();
  }

  counts(): JobCounts {
    return { waiting: this.#waiting.size, active: this.#ids.size - this.#waiting.size };
  }

  removeWaiting(run: string): number {
    const removed = this.#waiting.removeRun(run);
    for (const job of removed) this.#ids.delete(job.id);
    return removed.length;
  }

  handBack(waiting: WaitingJob): void {
    this.#waiting.insert(waiting);
    this.serve();
  }

  complete({ job }: WaitingJob, result: JobResult): void {
    this.#end({ state: "completed", job, result });
  }

  fail(waiting: WaitingJob, error: unknown): void {
    if (error instanceof HandBackError) this.handBack(waiting);
    else this.#end({ state: "failed", job: waiting.job, error: toJobFailure(error) });
  }

  /** Gives waiting jobs to free consumers, in turn. Later, so that all jobs added meanwhile are in order first. */
  serve(): void {
    if (this.#isServing) return;
    this.#isServing = true;
    setImmediate(() => {
      this.#isServing = false;
      for (let free = this.#freest(); free !== undefined; free = this.#freest()) {
        const next = this.#waiting.takeNext();
        if (next === undefined) return;
        free.start(next);
      }
    });
  }

  #freest(): JobTaker | undefined {
    let freest: JobTaker | undefined;
    for (const consumer of this.consumers) if (consumer.free > (freest?.free ?? 0)) freest = consumer;
    return freest;
  }

  #end(event: JobEnded): void {
    this.#ids.delete(event.job.id);
    // A listener that throws is a fault of its owner: it must not turn a completed job into a failed one.
    for (const listener of this.listeners) queueMicrotask(() => listener(event));
    this.serve();
  }
}
