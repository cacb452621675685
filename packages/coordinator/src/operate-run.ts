import { type LogEntry, type LogState, PomonaError, type RunLog, UsageError } from "@pomona/core";
import { isUnfinished } from "./adopt-run.ts";

/** What an operator may ask of a run. */
export type Operation = "pause" | "resume" | "cancel" | "retry";

export interface OperateOptions {
  readonly log: RunLog;
  readonly run: string;
  /** Who asks, for the log. */
  readonly by: string;
  readonly now: () => Date;
}

type Decide = (
  state: LogState,
  by: Pick<OperateOptions, "run" | "by"> & { readonly at: string },
) => LogEntry | undefined;

const decisions: Readonly<Record<Operation, Decide>> = {
  pause(state, { run, by, at }) {
    requireUnfinished(state, run, "pause");
    return state.paused ? undefined : { kind: "paused", at, by };
  },
  resume(state, { run, by, at }) {
    requireUnfinished(state, run, "resume");
    return state.paused ? { kind: "resumed", at, by } : undefined;
  },
  cancel(state, { run, by, at }) {
    if (state.status === "cancelled") return undefined;
    if (state.status === "publishing") {
      throw new PomonaError("run-publishing", `run ${run} is publishing its result, which is not left half done`, {
        remedy: "Wait a moment: it ends by itself.",
      });
    }
    requireUnfinished(state, run, "cancel");
    return { kind: "cancelled", at, by };
  },
  retry(state, { run, by, at }) {
    if (isUnfinished(state)) return undefined;
    if (state.status === "done") throw ended(state, run, "retry");
    // No owner: the first coordinator that finds it.
    return { kind: "open", at, run, epoch: state.epoch + 1, by };
  },
};

/**
 * Writes into a run's log what an operator asked for; whoever drives it acts on that. Asking twice is harmless. Returns
 * whether anything changed. Throws {@link UsageError} `run-ended` or `run-replaced` where it makes no sense.
 */
export async function operateRun(operation: Operation, options: OperateOptions): Promise<boolean> {
  const { log, run, by, now } = options;
  const at = now().toISOString();
  let changes = false;
  const state = await log.append((newest) => {
    requireCurrent(newest, run);
    const entry = decisions[operation](newest, { run, by, at });
    changes = entry !== undefined;
    return entry;
  });
  // A run that was paused when it failed would be retried by nobody.
  if (operation === "retry" && changes && state.paused) await operateRun("resume", options);
  return changes;
}

function requireCurrent(state: LogState, run: string): void {
  if (state.run === run) return;
  const now = state.run === undefined ? "was deleted" : `belongs to run ${state.run} now`;
  throw new UsageError("run-replaced", `the output of run ${run} ${now}`, {
    remedy: "pomona runs lists what there is.",
  });
}

function requireUnfinished(state: LogState, run: string, operation: Operation): void {
  if (!isUnfinished(state)) throw ended(state, run, operation);
}

const remedies: Partial<Record<LogState["status"], string>> = {
  done: "Its result is there; submit it with --overwrite to make it again.",
  failed: "pomona retry goes on with it.",
  cancelled: "pomona retry goes on with it.",
};

function ended(state: LogState, run: string, operation: Operation): UsageError {
  const remedy = remedies[state.status];
  return new UsageError("run-ended", `cannot ${operation} run ${run}: it is ${state.status}`, {
    ...(remedy !== undefined && { remedy }),
  });
}
