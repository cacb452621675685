import { exitCodes, PomonaError } from "@pomona/core";

/** Thrown when the user stopped the command. */
export class Interrupted extends PomonaError {
  override readonly name = "Interrupted";
  constructor(remedy: string) {
    super("interrupted", "stopped on request", { exitCode: exitCodes.interrupted, remedy });
  }
}

export interface DescribedError {
  readonly code: string;
  readonly message: string;
  readonly remedy?: string;
  readonly exitCode: number;
  /** For faults of ours, which a bug report needs. */
  readonly stack?: string;
}

/** Any thrown value in the words that a person or a script gets. */
export function describeError(error: unknown): DescribedError {
  if (error instanceof PomonaError) {
    const { code, message, remedy, exitCode } = error;
    return { code, message, exitCode, ...(remedy !== undefined && { remedy }) };
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { code: "internal", message, exitCode: exitCodes.failed, ...(stack !== undefined && { stack }) };
}
