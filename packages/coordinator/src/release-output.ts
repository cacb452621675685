import { type LogEntry, type LogState, PomonaError, type RunLog } from "@pomona/core";

/** A store that does not answer must not keep an interrupted run from ending. */
const patienceMs = 5_000;

/**
 * Ends the ownership of an output in the log, so that nobody has to wait for a process that is done with it: `failed`
 * with the failure's words, `closed` without one. Never throws: the caller has an error of its own to tell.
 */
export async function releaseOutput(options: {
  readonly log: RunLog;
  readonly epoch: number;
  readonly now: () => Date;
  readonly failure: unknown;
}): Promise<void> {
  const { log, epoch, now, failure } = options;
  const at = now().toISOString();
  const entry: LogEntry =
    failure === undefined ? { kind: "closed", at, epoch } : { kind: "failed", at, failure: describe(failure) };
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMs);
  });
  // A later epoch has its own say.
  const appended = log
    .append((state) => (state.epoch === epoch ? entry : undefined))
    .then(
      () => {},
      () => {},
    );
  await Promise.race([appended, patience]);
  clearTimeout(timer);
}

function describe(error: unknown): NonNullable<LogState["failure"]> {
  if (error instanceof PomonaError) {
    const { code, message, exitCode, remedy } = error;
    return { code, message, exitCode, ...(remedy !== undefined && { remedy }) };
  }
  return { code: "internal", message: error instanceof Error ? error.message : String(error), exitCode: 1 };
}
