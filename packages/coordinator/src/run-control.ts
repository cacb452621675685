import { type LogState, type ObjectStore, PomonaError, RunLog } from "@pomona/core";
import { RunGate } from "./run-gate.ts";

export interface RunControlOptions {
  readonly out: ObjectStore;
  readonly run: string;
  /** The epoch under which this process drives the run. */
  readonly epoch: number;
  /** Told when operators pause the run or let it go on. */
  readonly onPaused?: ((state: LogState) => void) | undefined;
}

const everyMs = 1_000;

/** What operators ask of a run that this process drives, by way of its log: pause, resume, cancel, another owner. */
export class RunControl {
  /** Closed while the run is paused. */
  readonly gate = new RunGate();
  readonly #run: string;
  readonly #epoch: number;
  /** Not the driver's: two readers of one would disturb each other. */
  readonly #log: RunLog;
  readonly #onPaused: (state: LogState) => void;
  readonly #stop = new AbortController();

  constructor({ out, run, epoch, onPaused = () => {} }: RunControlOptions) {
    this.#run = run;
    this.#epoch = epoch;
    this.#log = new RunLog(out);
    this.#onPaused = onPaused;
  }

  /** Aborted with a {@link PomonaError} `cancelled`, `stood-down`, or what {@link leave} was given. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  leave(reason: PomonaError): void {
    this.#stop.abort(reason);
  }

  /** Acts on the newest entries of the log. */
  async follow(): Promise<void> {
    const state = await this.#log.read();
    const reason = this.#reasonToLeave(state);
    if (reason !== undefined) {
      this.leave(reason);
    } else if (state.paused === this.gate.isOpen) {
      this.gate.set(!state.paused);
      this.#onPaused(state);
    }
  }

  /** Follows every second until the returned function is called. A store that does not answer is asked again. */
  watch(): () => void {
    let isAsking = false;
    const timer = setInterval(async () => {
      if (isAsking || this.signal.aborted) return;
      isAsking = true;
      await this.follow().catch(() => {});
      isAsking = false;
    }, everyMs);
    timer.unref();
    return () => clearInterval(timer);
  }

  #reasonToLeave(state: LogState): PomonaError | undefined {
    if (state.epoch !== this.#epoch) {
      return new PomonaError("stood-down", "another process took it over", {
        remedy: "Nothing is lost: the other process finishes the run.",
      });
    }
    return state.status === "cancelled" ? cancelled(this.#run, state) : undefined;
  }
}

/** The end of a run that somebody cancelled, for whoever drives or follows it. */
export function cancelled(run: string, { by, at }: Pick<LogState, "by" | "at">): PomonaError {
  return new PomonaError("cancelled", `run ${run} was cancelled by ${by} at ${at}`, {
    remedy: `What is stored stays: pomona retry ${run}, or the same command again, goes on with it.`,
  });
}
