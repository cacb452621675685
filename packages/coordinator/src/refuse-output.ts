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

/** Refuses an output that another process is working on, naming it and since when. */
export async function refuseOwnedOutput(options: {
  readonly out: ObjectStore;
  readonly state: LogState;
  readonly owner: Owner;
  readonly takeOver: boolean;
  readonly now: () => Date;
}): Promise<void> {
  const { out, state, owner, takeOver, now } = options;
  if (state.owner === undefined || takeOver) return;
  const alive = await isAlive(state.owner, owner);
  if (alive === false) return;
  const lastSign = alive === true ? undefined : await lastProgress(out, state);
  if (lastSign !== undefined && now().getTime() - lastSign > silenceMs) return;
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
