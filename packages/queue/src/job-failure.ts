import { type JobFailure, PomonaError } from "@pomona/core";

/** What is told of an error to whoever waits for the job. Errors that are not ours get the code `unexpected`. */
export function toJobFailure(error: unknown): JobFailure {
  if (error instanceof PomonaError) {
    const { code, message, remedy } = error;
    return remedy === undefined ? { code, message } : { code, message, remedy };
  }
  return { code: "unexpected", message: String(error) };
}
