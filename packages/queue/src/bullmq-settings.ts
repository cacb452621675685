import type { Job } from "@pomona/core";
import type { JobsOptions, WorkerOptions } from "bullmq";

/** Most jobs in one request. */
export const addAtOnce = 1000;

/** A job is a pointer into the store: at most so many bytes as JSON. */
const jobLimit = 300;

/** The largest priority of BullMQ; ours begin at 0, its 0 means something else. */
const lastPriority = 2 ** 21 - 1;

/** Ended jobs that are kept for people who look. Enough to see what happened, too few to fill Redis. */
const history: Pick<WorkerOptions, "removeOnComplete" | "removeOnFail"> = {
  removeOnComplete: { age: 3600, count: 200 },
  removeOnFail: { age: 24 * 3600, count: 200 },
};

/**
 * - A lock of 10 s looked at every 4 s: what a killed worker had in hand is begun again within 15 s, one of them for
 *   the look itself and for fetching the job (docs/decisions/0007).
 * - Stalls don't fail a job: a lost network stalls good jobs, and images that kill workers are found by their marks.
 * - After an outage of Redis fetching goes on within a second (BullMQ's default is 15).
 */
export const workerSettings = {
  lockDuration: 10_000,
  stalledInterval: 4000,
  maxStalledCount: 1_000_000,
  drainDelay: 5,
  runRetryDelay: 1000,
  ...history,
} as const satisfies Partial<WorkerOptions>;

/** Options of a job. Attempts are 1 by default: whether to try again is for the coordinator to decide. */
export function jobOptions({ id, priority }: Job): JobsOptions {
  return { jobId: id, priority: Math.min(lastPriority, 1 + Math.max(0, Math.floor(priority))) };
}

/** Throws a RangeError for a job that the queue can't or shouldn't hold. */
export function requirePointer(job: Job): void {
  if (!/^(?!\d+$)[^:]+$/.test(job.id)) {
    throw new RangeError(`a job's id has no colon and is not a number: ${JSON.stringify(job.id)}`);
  }
  if (!Number.isFinite(job.priority)) throw new RangeError(`job ${job.id} has the priority ${job.priority}`);
  const bytes = Buffer.byteLength(JSON.stringify(job));
  if (bytes < jobLimit) return;
  throw new RangeError(`job ${job.id.slice(0, 80)} has ${bytes} bytes: a job is a pointer of less than ${jobLimit}`);
}
