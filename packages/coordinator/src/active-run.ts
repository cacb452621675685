import { PomonaError, type RunProgress, type Success } from "@pomona/core";
import type { AdoptedRun } from "./adopt-run.ts";
import type { Dispatch } from "./dispatch.ts";
import { driveRun } from "./drive-run.ts";
import type { ImageSource } from "./image-source.ts";
import { RunControl } from "./run-control.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** How a run ended as far as this coordinator is concerned. */
export type RunEnd =
  | { readonly outcome: "done"; readonly success: Success }
  | { readonly outcome: "failed"; readonly error: unknown }
  /** Cancelled, taken over by another coordinator, or left by this one. */
  | { readonly outcome: "left"; readonly reason: string };

export interface ActiveRunOptions {
  readonly adopted: AdoptedRun;
  readonly source: ImageSource;
  readonly dispatch: Omit<Dispatch, "gate" | "signal">;
  readonly virtualTime: VirtualTime;
  readonly onProgress: (progress: RunProgress) => void;
}

/** A run while a coordinator drives it: follows what operators write into its log. */
export class ActiveRun {
  readonly adopted: AdoptedRun;
  /** Never rejects. */
  readonly ended: Promise<RunEnd>;
  readonly #control: RunControl;
  #progress: RunProgress | undefined;

  constructor({ adopted, source, dispatch, virtualTime, onProgress }: ActiveRunOptions) {
    this.adopted = adopted;
    const { file, log, epoch, generation, out, settings } = adopted;
    this.#control = new RunControl({ out, run: file.run, epoch });
    const { gate, signal } = this.#control;
    this.ended = driveRun({
      file,
      generation,
      epoch,
      log,
      out,
      source,
      machine: settings,
      virtualTime,
      hasReducers: true,
      dispatch: { ...dispatch, gate, signal, waitForActive: false },
      onProgress: (progress) => {
        this.#progress = progress;
        onProgress(progress);
      },
    }).then(
      ({ success }) => ({ outcome: "done", success }) as const,
      (error: unknown) => this.#endOf(error),
    );
  }

  get paused(): boolean {
    return !this.#control.gate.isOpen;
  }

  /** Undefined until the first batch is listed. */
  get progress(): RunProgress | undefined {
    return this.#progress;
  }

  /** Acts on the newest entries of the log: pause, resume, cancel, another owner. */
  follow(): Promise<void> {
    return this.#control.follow();
  }

  leave(reason: string): void {
    this.#control.leave(new PomonaError("left", reason));
  }

  #endOf(error: unknown): RunEnd {
    const { signal } = this.#control;
    if (signal.aborted) return { outcome: "left", reason: (signal.reason as Error).message };
    const stoodDown = error instanceof PomonaError && error.code === "stood-down";
    return stoodDown ? { outcome: "left", reason: error.message } : { outcome: "failed", error };
  }
}
