import type { JobQueue } from "@pomona/core";
import type { RunGate } from "./run-gate.ts";

/** How the jobs of a run reach the workers. */
export interface Dispatch {
  readonly queue: JobQueue;
  /** Jobs of this run in the queue at a time: twice the slots of the workers that live now. */
  readonly window: () => number;
  /** While it is closed nothing is handed out, and what waits in the queue is withdrawn. */
  readonly gate?: RunGate | undefined;
  /**
   * Milliseconds without any job ending after which all that should be in the queue are added again: the queue may have
   * lost them, or the news of their end. Adding is harmless where they are still there. Default 30,000.
   */
  readonly silenceMs?: number | undefined;
  /** Whether jobs in hand are waited for when the run stops; a coordinator that leaves does not. Default true. */
  readonly waitForActive?: boolean | undefined;
  /** Stops the run: waiting jobs are withdrawn. */
  readonly signal?: AbortSignal | undefined;
}
