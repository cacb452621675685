import {
  type LogState,
  type ObjectStore,
  type Owner,
  outputLayout,
  PomonaError,
  runLayout,
  UsageError,
} from "@pomona/core";
import { isAlive } from "./process-identity.ts";

/** A run elsewhere that wrote nothing for this long is taken for dead. */
const silenceMs = 2 * 60_000;

/** Refuses a place that holds anything although no run of ours is recorded there: it is somebody else's folder. */
export async function refuseForeignOutput(out: ObjectStore): Promise<void> {
  for await (const { key } of out.list()) {
    // A run that died before its first log entry leaves only this.
    if (key.startsWith(outputLayout.ours)) continue;
    throw new UsageError("foreign-output", `${out.uri} is not empty and no result of Pomona: it holds ${key}`, {
      remedy: "Choose another output; --overwrite deletes only what Pomona wrote.",
    });
  }
}

interface Claimant {
  readonly out: ObjectStore;
  readonly state: LogState;
  /** The process that asks. */
  readonly owner: Owner;
  readonly now: () => Date;
}

/** True where the output has no owner, or one that is known or believed to be dead. */
export async function isFree({ out, state, owner, now }: Claimant): Promise<boolean> {
  if (state.owner === undefined) return true;
  const alive = await isAlive(state.owner, owner);
  if (alive !== undefined) return !alive;
  return now().getTime() - (await lastProgress(out, state)) > silenceMs;
}

/** Refuses an output that another process is working on, naming it and since when. */
export async function refuseOwnedOutput(options: Claimant & { readonly takeOver: boolean }): Promise<void> {
  const { out, state, takeOver } = options;
  if (takeOver || state.owner === undefined || (await isFree(options))) return;
  const { pid, host } = state.owner;
  throw new PomonaError("output-in-use", `process ${pid} on ${host} works on ${out.uri} since ${state.openedAt}`, {
    remedy: "Wait for it, choose another output, or give --take-over if you know that it is gone.",
  });
}

/** When anything was last written on behalf of the run, in milliseconds since 1970. */
async function lastProgress(out: ObjectStore, state: LogState): Promise<number> {
  let newest = Date.parse(state.openedAt ?? "") || 0;
  if (state.run === undefined) return newest;
  for await (const { modifiedAt } of out.list({ prefix: runLayout(state.run).telemetry })) {
    newest = Math.max(newest, modifiedAt);
  }
  return newest;
}
