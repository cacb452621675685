import {
  decodeRunSettings,
  type LogState,
  type OpenRun,
  type Owner,
  PomonaError,
  RunLog,
  type RunSettings,
  runLayout,
} from "@pomona/core";
import { isFree } from "./refuse-output.ts";
import { refuseOtherEpoch } from "./stand-down.ts";

/** A run that this coordinator now owns. */
export interface AdoptedRun extends OpenRun {
  readonly log: RunLog;
  readonly epoch: number;
  readonly generation: number;
  readonly settings: RunSettings;
  /** True where an earlier process had begun to work on it. */
  readonly resumed: boolean;
}

/** Why a run is left alone, and whether that may change without a word to us. */
export type NotAdopted = "ended" | "not-current" | "owned" | "not-opened";

/** Makes this process the owner of an unfinished run that nobody drives. */
export async function adoptRun(options: {
  readonly opened: OpenRun;
  readonly owner: Owner;
  readonly now: () => Date;
}): Promise<AdoptedRun | NotAdopted> {
  const { opened, owner, now } = options;
  const { file, out } = opened;
  const { run } = file;
  const log = new RunLog(out);
  const state = await log.read();
  if (state.entries === 0) return "not-opened";
  if (state.run !== run) return "not-current";
  if (!isUnfinished(state)) return "ended";
  if (!(await isFree({ out, state, owner, now }))) return "owned";
  const taken = await claim(log, state, { run, owner, at: now().toISOString() });
  if (taken === undefined) return "owned";
  const key = runLayout(run).settings;
  const settings = decodeRunSettings(await out.get(key), key);
  return { ...opened, log, epoch: taken.epoch, generation: taken.generation, settings, resumed: state.epoch > 1 };
}

export function isUnfinished({ status }: LogState): boolean {
  return status === "running" || status === "publishing";
}

/** Undefined where another process was faster. */
async function claim(
  log: RunLog,
  seen: LogState,
  { run, owner, at }: { readonly run: string; readonly owner: Owner; readonly at: string },
): Promise<LogState | undefined> {
  try {
    return await log.append((newest) => {
      refuseOtherEpoch(newest.epoch, seen.epoch);
      return isUnfinished(newest) ? { kind: "open", at, run, epoch: newest.epoch + 1, owner } : undefined;
    });
  } catch (error) {
    if (error instanceof PomonaError && error.code === "stood-down") return undefined;
    throw error;
  }
}
