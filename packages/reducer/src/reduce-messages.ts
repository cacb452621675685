import {
  type Job,
  type JobResult,
  PatienceSpentError,
  PomonaError,
  StoreUnavailableError,
  type Weather,
} from "@pomona/core";
import type { S3Options } from "@pomona/store";

/** What a reduce child is told first. */
export interface ReduceSettings {
  /** Absolute location of the home. */
  readonly home: string;
  /** How S3 is spoken to, without listeners, which cannot cross processes. */
  readonly s3?: S3Options | undefined;
}

export type ToReduceChild =
  | { readonly kind: "settings"; readonly settings: ReduceSettings }
  | {
      readonly kind: "job";
      readonly job: Job;
      /** Of its matrix products. They change no number. */
      readonly threads: number;
    };

/** A child has one job at a time, so an answer needs no number. */
export type FromReduceChild =
  | { readonly kind: "done"; readonly result: JobResult }
  | { readonly kind: "failed"; readonly failure: ReduceFailure };

/** An error as it crosses processes. */
export interface ReduceFailure {
  readonly code: string;
  readonly message: string;
  readonly remedy: string | undefined;
  readonly exitCode: number;
  /** Of a {@link PatienceSpentError}. */
  readonly spent?: { readonly weather: Weather; readonly giveUpAfterMs: number };
}

export function toFailure(error: unknown): ReduceFailure {
  if (error instanceof PomonaError) {
    const { code, message, remedy, exitCode } = error;
    const failure = { code, message, remedy, exitCode };
    if (!(error instanceof PatienceSpentError)) return failure;
    return { ...failure, spent: { weather: error.weather, giveUpAfterMs: error.giveUpAfterMs } };
  }
  const code = error instanceof StoreUnavailableError ? "storage-unavailable" : "reduce-failed";
  const message = error instanceof Error ? error.message : String(error);
  return { code, message, remedy: undefined, exitCode: 1 };
}

export function fromFailure({ code, message, remedy, exitCode, spent }: ReduceFailure): PomonaError {
  if (spent !== undefined) return new PatienceSpentError(message, spent);
  return new PomonaError(code, message, { ...(remedy !== undefined && { remedy }), exitCode });
}
