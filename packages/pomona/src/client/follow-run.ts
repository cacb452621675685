import { setTimeout as sleep } from "node:timers/promises";
import { cancelled } from "@pomona/coordinator";
import {
  decodeSuccess,
  type LogState,
  type ObjectStore,
  outputLayout,
  PomonaError,
  RunLog,
  type RunProgress,
  StoredProgress,
  type Success,
} from "@pomona/core";

export interface FollowOptions {
  readonly out: ObjectStore;
  readonly run: string;
  /** What the coordinator tells of the run; undefined where it tells nothing. */
  readonly toldProgress?: ((run: string) => Promise<RunProgress | undefined>) | undefined;
  readonly onProgress: (progress: RunProgress) => void;
  readonly onState?: (state: LogState) => void;
  readonly signal?: AbortSignal | undefined;
  /** Between two looks. Default 500. */
  readonly everyMs?: number;
}

/** Where nobody tells progress, it is counted in the store, which takes whole listings: not more often than this. */
const countEveryMs = 5_000;

/**
 * Waits for the end of a run that others drive. Its log says how it ends; progress comes from Redis while that is there
 * and tells any, else from the store. Throws what the run failed with, {@link PomonaError} `cancelled` or `replaced`,
 * or the signal's reason: the run goes on then.
 */
export async function followRun(options: FollowOptions): Promise<Success> {
  const { out, run, onProgress, onState = () => {}, signal, everyMs = 500 } = options;
  const log = new RunLog(out);
  const stored = new StoredProgress(out, run);
  let countedAt = performance.now();
  for (;;) {
    signal?.throwIfAborted();
    const state = await log.read();
    const success = await endOf(out, run, state);
    if (success !== undefined) return success;
    onState(state);
    const told = await toldOrNothing(options);
    if (told !== undefined) {
      onProgress(told);
    } else if (performance.now() - countedAt > countEveryMs) {
      onProgress(await stored.count(state));
      countedAt = performance.now();
    }
    await sleep(everyMs, undefined, signal && { signal }).catch(() => signal?.throwIfAborted());
  }
}

/** Redis may be away for a while: the store still knows. */
async function toldOrNothing({ toldProgress, run }: FollowOptions): Promise<RunProgress | undefined> {
  try {
    return await toldProgress?.(run);
  } catch {
    return undefined;
  }
}

async function endOf(out: ObjectStore, run: string, state: LogState): Promise<Success | undefined> {
  if (state.run !== run) {
    throw new PomonaError("replaced", `the output of run ${run} was overwritten meanwhile`, {
      remedy: "pomona runs shows by which run.",
    });
  }
  if (state.status === "cancelled") {
    throw cancelled(run, state);
  }
  if (state.status === "failed" && state.failure !== undefined) {
    const { code, message, remedy, exitCode } = state.failure;
    throw new PomonaError(code, message, { exitCode, ...(remedy !== undefined && { remedy }) });
  }
  return state.status === "done" ? decodeSuccess(await out.get(outputLayout.success)) : undefined;
}
