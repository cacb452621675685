import {
  type Job,
  type JobEnded,
  type JobFailure,
  type JobQueue,
  type JobResult,
  PomonaError,
  type QueueName,
} from "@pomona/core";

export interface RunJobsOptions<J extends Job> {
  readonly queue: JobQueue;
  readonly name: QueueName;
  /**
   * Pulled only while fewer than `window` jobs are in the queue, so Redis and memory stay small. `stop` is aborted
   * when no more are wanted: a source that is waiting must end then.
   */
  readonly jobs: (stop: AbortSignal) => AsyncIterable<J> | Iterable<J>;
  readonly window: number;
  readonly onResult: (job: J, result: JobResult) => void;
  /** A job to try instead of a failed one, or undefined to end with its error. */
  readonly onFailure?: (job: J, error: JobFailure) => J | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Passes jobs through the queue until all have ended. Throws the first failure as {@link PomonaError}, and the signal's
 * reason when aborted; in both cases waiting jobs are withdrawn and those in flight are waited for.
 */
export async function runJobs<J extends Job>(options: RunJobsOptions<J>): Promise<void> {
  const { queue, name, jobs, window, onResult, onFailure, signal } = options;
  const inFlight = new Map<string, J>();
  const retries: J[] = [];
  const stopping = new AbortController();
  let failure: Error | undefined;
  let wake = (): void => {};
  const stop = queue.onEnded(name, (event) => {
    const job = inFlight.get(event.job.id);
    if (job === undefined) return;
    inFlight.delete(job.id);
    try {
      settle(job, event);
    } catch (error) {
      fail(error);
    }
    wake();
  });
  function settle(job: J, event: JobEnded): void {
    if (event.state === "completed") {
      onResult(job, event.result);
      return;
    }
    const instead = onFailure?.(job, event.error);
    if (instead === undefined) fail(toError(event.error));
    else retries.push(instead);
  }
  async function add(job: J): Promise<void> {
    inFlight.set(job.id, job);
    try {
      await queue.add(name, [job]);
    } catch (error) {
      // Nobody will end it.
      inFlight.delete(job.id);
      throw error;
    }
  }
  async function changed(): Promise<void> {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
  async function passAll(): Promise<void> {
    for await (const job of jobs(stopping.signal)) {
      while (inFlight.size >= window && !stopped()) await changed();
      if (stopped()) return;
      await add(job);
    }
    while ((inFlight.size > 0 || retries.length > 0) && !stopped()) {
      const again = retries.shift();
      if (again === undefined) await changed();
      else await add(again);
    }
  }
  /** Withdraws what waits, then waits for the rest. Which jobs were withdrawn nobody knows, only how many: they never end. */
  async function windDown(): Promise<void> {
    const runs = new Set(Array.from(inFlight.values(), (job) => job.run));
    const removed = await Promise.all(Array.from(runs, (run) => queue.removeWaiting(name, run)));
    const withdrawn = removed.reduce((sum, n) => sum + n, 0);
    while (inFlight.size > withdrawn) await changed();
  }
  function fail(error: unknown): void {
    failure ??= error as Error;
    stopping.abort();
  }
  const onAbort = (): void => {
    stopping.abort();
    wake();
  };
  signal?.addEventListener("abort", onAbort);
  if (signal?.aborted) stopping.abort();
  const stopped = (): boolean => stopping.signal.aborted;
  try {
    await passAll().catch(fail);
    if (stopped()) await windDown().catch(fail);
    if (failure !== undefined) throw failure;
    signal?.throwIfAborted();
  } finally {
    signal?.removeEventListener("abort", onAbort);
    stop();
  }
}

/** Exit codes of failures that cross the queue. */
const usageFailures = new Set(["fingerprint-mismatch", "weights-not-found", "engine-unavailable"]);

function toError({ code, message, remedy }: JobFailure): PomonaError {
  const exitCode = usageFailures.has(code) ? 2 : 1;
  return new PomonaError(code, message, { exitCode, ...(remedy !== undefined && { remedy }) });
}
