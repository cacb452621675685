import {
  type Job,
  type JobEnded,
  type JobFailure,
  type JobResult,
  PomonaError,
  QueueAwayError,
  type QueueName,
} from "@pomona/core";
import type { Dispatch } from "./dispatch.ts";
import { RunGate } from "./run-gate.ts";
import type { Turns } from "./virtual-time.ts";

export interface RunJobsOptions<J extends Job> extends Dispatch {
  readonly name: QueueName;
  /**
   * Pulled only while fewer than `window` jobs are in the queue, so Redis and memory stay small. `stop` is aborted
   * when no more are wanted: a source that is waiting must end then.
   */
  readonly jobs: (stop: AbortSignal) => AsyncIterable<J> | Iterable<J>;
  /** Priorities of jobs that wait are lowered together, see `VirtualTime`. */
  readonly turns?: Pick<Turns, "onSetBack">;
  readonly onResult: (job: J, result: JobResult) => void;
  /** A job to try instead of a failed one, or undefined to end with its error. */
  readonly onFailure?: (job: J, error: JobFailure) => J | undefined;
}

/** How often silence is looked for, and the window, which may have changed with the number of workers. */
const watchMs = 1_000;

/**
 * Passes jobs through the queue until all have ended. Throws the first failure as {@link PomonaError}, and the signal's
 * reason when aborted; in both cases waiting jobs are withdrawn and those in flight are waited for.
 */
export async function runJobs<J extends Job>(options: RunJobsOptions<J>): Promise<void> {
  const { queue, name, jobs, window, onResult, onFailure, signal } = options;
  const { gate = new RunGate(), silenceMs = 30_000, waitForActive = true, turns } = options;
  const inFlight = new Map<string, J>();
  const retries: J[] = [];
  const stopping = new AbortController();
  let failure: Error | undefined;
  /** Jobs of `inFlight` that were taken out of the queue while the gate is closed. */
  let withdrawn = 0;
  /** Ticks by which priorities were lowered so far. */
  let setBack = 0;
  let lastEnd = performance.now();
  let wake = (): void => {};
  const stop = queue.onEnded(name, (event) => {
    const job = inFlight.get(event.job.id);
    if (job === undefined) return;
    lastEnd = performance.now();
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
      // It stays in flight and is added again when the queue is back.
      if (error instanceof QueueAwayError) return;
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
      const before = setBack;
      while ((inFlight.size >= window() || !gate.isOpen) && !stopped()) await changed();
      if (stopped()) return;
      await add(lowered(job, setBack - before));
    }
    while ((inFlight.size > 0 || retries.length > 0) && !stopped()) {
      const again = retries.shift();
      if (again === undefined || !gate.isOpen) {
        if (again !== undefined) retries.unshift(again);
        await changed();
      } else {
        await add(again);
      }
    }
  }
  async function withdraw(): Promise<void> {
    const runs = new Set(Array.from(inFlight.values(), (job) => job.run));
    for (const run of runs) withdrawn += await queue.removeWaiting(name, run);
  }
  async function addAgain(): Promise<void> {
    withdrawn = 0;
    lastEnd = performance.now();
    if (inFlight.size > 0) await queue.add(name, [...inFlight.values()]);
  }
  /** What waits is withdrawn and added again under its new priority. */
  async function lower(ticks: number): Promise<void> {
    for (const job of inFlight.values()) inFlight.set(job.id, lowered(job, ticks));
    if (!gate.isOpen) return;
    await withdraw();
    await addAgain();
  }
  /** Withdraws what waits, then waits for the rest. Which jobs were withdrawn nobody knows, only how many: they never end. */
  async function windDown(): Promise<void> {
    await withdraw();
    while (waitForActive && inFlight.size > withdrawn) await changed();
  }
  function fail(error: unknown): void {
    failure ??= error as Error;
    stopping.abort();
  }
  const onAbort = (): void => {
    stopping.abort();
    wake();
  };
  /** One after the other, in the order in which the reasons came. */
  let mending: Promise<void> = Promise.resolve();
  const mend = (work: () => Promise<void>): void => {
    mending = mending.then(work).catch((error: unknown) => {
      // A queue that is away comes back with a call of `onInterrupted`.
      if (!(error instanceof QueueAwayError)) fail(error);
    });
    mending.finally(() => wake());
  };
  const stopGate = gate.onChange(() => mend(() => (gate.isOpen ? addAgain() : withdraw())));
  const stopInterrupted = queue.onInterrupted(() =>
    mend(async () => {
      if (gate.isOpen) await addAgain();
    }),
  );
  const stopSetBacks = turns?.onSetBack((ticks) => {
    setBack += ticks;
    mend(() => lower(ticks));
  });
  const watch = setInterval(() => {
    const silent = performance.now() - lastEnd > silenceMs;
    if (silent && gate.isOpen && inFlight.size > 0) mend(addAgain);
    wake();
  }, watchMs);
  watch.unref();
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
    clearInterval(watch);
    stopInterrupted();
    stopGate();
    stopSetBacks?.();
    stop();
  }
}

function lowered<J extends Job>(job: J, ticks: number): J {
  return ticks === 0 ? job : { ...job, priority: Math.max(0, job.priority - ticks) };
}

/** Exit codes of failures that cross the queue. */
const usageFailures = new Set(["fingerprint-mismatch", "weights-not-found", "engine-unavailable"]);

function toError({ code, message, remedy }: JobFailure): PomonaError {
  const exitCode = usageFailures.has(code) ? 2 : 1;
  return new PomonaError(code, message, { exitCode, ...(remedy !== undefined && { remedy }) });
}
