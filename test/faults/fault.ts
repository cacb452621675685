import type { Stage } from "./stage.ts";

/** What a trial showed. A trial that throws is not exact, and its error is its note. */
export interface Trial {
  /** The result is byte for byte that of the undisturbed run. */
  readonly exact: boolean;
  /** The fault never came about, so nothing was learned. */
  readonly missed?: boolean | undefined;
  /** From the fault, or from its end where it lasts, until work went on; undefined where nothing had to recover. */
  readonly recoverySeconds?: number | undefined;
  readonly notes?: string | undefined;
  /** Counts that are added up over the trials. */
  readonly counts?: Readonly<Record<string, number>> | undefined;
}

export interface TrialOptions {
  /** A short version, which shows less. */
  readonly quick: boolean;
  /** How many times as long as asked something may take. */
  readonly patience: number;
}

/** A row of the matrix of faults. */
export interface Fault {
  readonly id: string;
  readonly what: string;
  readonly trials: number;
  /** Trials in the quick part; left out of it where undefined. */
  readonly quickTrials?: number;
  /** Worst recovery that passes, in seconds. */
  readonly recoveryLimit?: number;
  /** Why it cannot be done on this machine. */
  readonly cannot?: () => string | undefined;
  /** Trial `i` of `trials`. Whatever it starts through the stage is ended after it. */
  readonly run: (stage: Stage, i: number, options: TrialOptions) => Promise<Trial>;
}
