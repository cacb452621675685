import type { RetryRequest, SubmitRequest } from "@pomona/core";

/** What operators can do. Each is recorded in the run's log, with `by`. All throw PomonaErrors with words for people. */
export interface Operations {
  operate(operation: PlainOperation, run: string, by: string): Promise<{ readonly changed: boolean }>;
  /** Goes on with a failed or cancelled run; of a finished one, tries quarantined images again. */
  retry(
    run: string,
    selection: RetryRequest,
    by: string,
  ): Promise<{ readonly changed: boolean; readonly images?: number | undefined }>;
  submit(request: SubmitRequest, by: string): Promise<{ readonly run: string; readonly outcome: string }>;
}

export const plainOperations = ["pause", "resume", "cancel"] as const;
export type PlainOperation = (typeof plainOperations)[number];
