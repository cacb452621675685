import { type Job, type JobEnded, type JobResult, PomonaError } from "@pomona/core";
import { toJobFailure } from "./job-failure.ts";

/**
 * How an end travels through Redis: with the job itself, so that a listener need not ask for a job that may already
 * be gone from the history.
 */
export interface CompletedOutcome {
  readonly job: Job;
  readonly result: JobResult;
}

/** Most bytes of a result as JSON: it is kept in the history and in the stream of events. */
const resultLimit = 1024;
/** Most characters of an error's message, for the same reason. */
const messageLimit = 1000;

export function completedOutcome(job: Job, result: JobResult): CompletedOutcome {
  const bytes = Buffer.byteLength(JSON.stringify(result));
  if (bytes > resultLimit) {
    throw new PomonaError(
      "result-too-large",
      `the result of job ${job.id} has ${bytes} bytes, more than ${resultLimit}: it belongs into the store`,
    );
  }
  return { job, result };
}

/** An error whose message is the outcome: BullMQ keeps of an error its message only. */
export class FailedOutcome extends Error {
  override readonly name = "FailedOutcome";
  constructor(job: Job, error: unknown) {
    const { message, ...failure } = toJobFailure(error);
    super(JSON.stringify({ job, error: { ...failure, message: message.slice(0, messageLimit) } }));
    // A stack would be stored as well, and shows paths of the worker's machine.
    this.stack = "";
  }
}

/** The event of a failed job; undefined where Redis or BullMQ failed it, not a handler: nothing is known of the job. */
export function readFailure(reason: string): JobEnded | undefined {
  if (!reason.startsWith('{"job":')) return undefined;
  const { job, error } = JSON.parse(reason);
  return { state: "failed", job, error };
}
