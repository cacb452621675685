import type { LogState } from "./log-entry.ts";
import type { RunRecord } from "./run-file.ts";

/**
 * A run as people speak of it:
 *
 * - `opening`: recorded, not yet opened by whoever submitted it
 * - `waiting`: nobody drives it
 * - `replaced`: its output belongs to another run, or was deleted
 */
export type RunState =
  | "opening"
  | "waiting"
  | "running"
  | "paused"
  | "publishing"
  | "done"
  | "failed"
  | "cancelled"
  | "replaced";

/** Between the entry in the home and the first one in the log lie a few requests. */
const openingMs = 10 * 60_000;

/** What the log of its output says of the run that a home records. */
export function runStateOf(state: LogState, { run, at }: Pick<RunRecord, "run" | "at">, now = Date.now()): RunState {
  if (state.entries === 0) return now - Date.parse(at) < openingMs ? "opening" : "replaced";
  if (state.run !== run) return "replaced";
  if (state.status !== "running")
    return state.status === "new" || state.status === "deleting" ? "replaced" : state.status;
  if (state.paused) return "paused";
  return state.owner === undefined ? "waiting" : "running";
}

/** Whether the state stays as it is until somebody asks for another. */
export function isOver(state: RunState): boolean {
  return ["done", "failed", "cancelled", "replaced"].includes(state);
}
