import { PomonaError } from "./errors.ts";
import type { Job, JobResult, QueueName } from "./messages.ts";

/**
 * What Pomona needs of a queue. The store holds the truth, so a queue may lose every job or deliver one twice: the
 * coordinator adds what has no result, and doing a job again is harmless. Every implementation passes
 * `test/contracts/job-queue.ts`.
 *
 * Deliberately not part of it: retries with backoff (a handler that throws has failed, the coordinator decides),
 * job dependencies, and results larger than 1 kB (they belong in the store).
 */
export interface JobQueue {
  /** Adds jobs. One whose id is waiting or active is left as it is; one that ended may be added again. */
  add(queue: QueueName, jobs: readonly Job[]): Promise<void>;

  /**
   * Hands jobs to `handler`, at most `concurrency` at a time, lowest `priority` first and in order of adding within
   * one priority. Resolving ends the job as completed, {@link HandBackError} puts it back to waiting (another
   * consumer may take it at once), any other error ends it as failed.
   */
  consume(queue: QueueName, handler: JobHandler, options: ConsumeOptions): Consumer;

  /** Calls `listener` once for each job that ends anywhere, completed or failed. Returns a function that stops it. */
  onEnded(queue: QueueName, listener: (event: JobEnded) => void): () => void;

  /**
   * Calls `listener` when jobs or their ends may have been lost (a connection that was away, an emptied Redis): whoever
   * waits for jobs looks into the store and adds what has no result. Returns a function that stops it.
   */
  onInterrupted(listener: (reason: string) => void): () => void;

  counts(queue: QueueName): Promise<JobCounts>;

  /** How many jobs of the queue all consumers that are alive, in any process, take at once. */
  slots(queue: QueueName): Promise<number>;

  /** Removes the waiting jobs of a run; active ones go on. Returns how many were removed. */
  removeWaiting(queue: QueueName, run: string): Promise<number>;

  /** Closes every consumer as {@link Consumer.close} does, then the connections. */
  close(): Promise<void>;
}

export type JobHandler = (job: Job, context: JobContext) => Promise<JobResult>;

export interface JobContext {
  /** Aborted when the job was lost to another consumer or the consumer closes for good: stop and write nothing. */
  readonly signal: AbortSignal;
  /** How often a consumer died, or was cut off, with this job in hand since it was added. */
  readonly restarts: number;
}

export interface ConsumeOptions {
  readonly concurrency: number;
}

export interface Consumer {
  /**
   * Takes no more jobs and waits for those in flight; after `graceMs` (default: for ever) it aborts their signals,
   * which hands them back. Calling it again with a shorter grace shortens the wait.
   */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

export interface JobCounts {
  readonly waiting: number;
  readonly active: number;
}

export type JobEnded =
  | { readonly state: "completed"; readonly job: Job; readonly result: JobResult }
  | { readonly state: "failed"; readonly job: Job; readonly error: JobFailure };

/** An error as it crosses processes: what `PomonaError` holds. */
export interface JobFailure {
  readonly code: string;
  readonly message: string;
  readonly remedy?: string;
}

/** Thrown by a handler that could not do the job for reasons of its own (shutdown, no engine): not the job's fault. */
export class HandBackError extends Error {
  override readonly name = "HandBackError";
  /** So long its consumer takes no other job, since the same would befall it; a queue of one process may ignore it. */
  readonly restMs: number;

  constructor(message: string, { restMs = 0, ...options }: ErrorOptions & { readonly restMs?: number } = {}) {
    super(message, options);
    this.restMs = restMs;
  }
}

/** The queue cannot be asked now and may come back by itself: an outage, no memory, a failover. Not the job's fault. */
export class QueueAwayError extends PomonaError {
  override readonly name = "QueueAwayError";
}
