import type { OpenRun } from "@pomona/core";
import { describeError } from "../describe-error.ts";
import type { Log } from "../log.ts";

export type EndedRun = Pick<OpenRun, "file" | "out">;

export interface AfterRunsOptions {
  readonly log: Log;
  /** What it means that the work failed, in words. */
  readonly trouble: string;
  /** Harmless where there is nothing to do, or where it was done before. */
  readonly work: (run: EndedRun, signal: AbortSignal) => Promise<void>;
}

/**
 * What a coordinator does in the background when a run has ended. The run does not depend on it: what fails is logged,
 * and tried again whenever a coordinator looks at the run.
 */
export class AfterRuns {
  readonly #options: AfterRunsOptions;
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #closing = new AbortController();

  constructor(options: AfterRunsOptions) {
    this.#options = options;
  }

  /** Never rejects. Joins what is under way for the run. */
  do(run: EndedRun): Promise<void> {
    const id = run.file.run;
    const { log, trouble, work } = this.#options;
    const { signal } = this.#closing;
    const doing =
      this.#underWay.get(id) ??
      work(run, signal)
        .catch((error: unknown) => {
          if (signal.aborted) return;
          const { message, remedy } = describeError(error);
          log.warn({ run: id, remedy }, `${trouble}: ${message}`);
        })
        .finally(() => this.#underWay.delete(id));
    this.#underWay.set(id, doing);
    return doing;
  }

  /** Leaves what is under way to whoever looks at those runs next. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#underWay.values());
  }
}
