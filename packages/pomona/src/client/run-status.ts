import {
  decodeSuccess,
  isOver,
  type LogState,
  outputLayout,
  type RunProgress,
  type RunState,
  runStateOf,
  StoredProgress,
  type Success,
} from "@pomona/core";
import type { PoolRegistry } from "@pomona/queue";
import { type FoundRun, getIfThere, readRunFile } from "./find-run.ts";
import { describeTroublesOf, liveRoles } from "./live-roles.ts";

/** One run as `status`, `runs` and the API show it. */
export interface RunStatus {
  readonly run: string;
  readonly state: RunState;
  /** Undefined where the output is gone. */
  readonly input: string | undefined;
  readonly out: string;
  readonly submittedBy: string;
  readonly submittedAt: string;
  /** When the state last changed. */
  readonly since: string | undefined;
  /** Who paused, resumed or cancelled it. */
  readonly by: string | undefined;
  /** The process that drives it, as `host:pid`. */
  readonly owner: string | undefined;
  readonly generation: number;
  /** True when `pomona clean` removed its stored features. */
  readonly cleaned: boolean;
  /** Images listed so far. */
  readonly images: number;
  readonly quarantined: number;
  /** Of an unfinished run. */
  readonly progress?: RunProgress;
  /** Of a failed one. */
  readonly failure?: LogState["failure"];
  /** Of an unfinished run, where a pool was asked: what keeps it from the run. */
  readonly troubles?: readonly string[];
}

/** Reads it from the store; an unfinished run's progress from Redis where it is told there. */
export async function readRunStatus(
  found: FoundRun,
  registry: Pick<PoolRegistry, "progress"> | undefined,
): Promise<RunStatus> {
  const { record, out, log } = found;
  const [state, file] = await Promise.all([log.read(), readRunFile(found)]);
  const name = runStateOf(state, record);
  const isOpen = ["waiting", "running", "paused", "publishing", "failed", "cancelled"].includes(name);
  const progress = isOpen && file !== undefined ? await progressOf(found, state, registry) : undefined;
  const success = name === "done" ? await successOf(found) : undefined;
  return {
    run: record.run,
    state: name,
    input: file?.input,
    out: out.uri,
    submittedBy: record.submittedBy,
    submittedAt: record.at,
    since: state.at,
    by: state.by,
    owner: state.owner && `${state.owner.host}:${state.owner.pid}`,
    generation: state.generation,
    cleaned: state.cleaned,
    images: success?.books.listed ?? progress?.listed ?? 0,
    quarantined: success?.books.quarantined ?? progress?.quarantined ?? 0,
    ...(progress && { progress }),
    ...(state.failure && { failure: state.failure }),
  };
}

/** The same with what keeps the pool from it. */
export async function readTroubledStatus(
  found: FoundRun,
  registry: Pick<PoolRegistry, "progress" | "consumers"> | undefined,
): Promise<RunStatus> {
  const status = await readRunStatus(found, registry);
  if (registry === undefined || isOver(status.state)) return status;
  const roles = await liveRoles(registry).catch(() => undefined);
  const troubles = roles === undefined ? [] : describeTroublesOf(status.run, roles);
  return troubles.length === 0 ? status : { ...status, troubles };
}

async function progressOf(
  { record, out }: FoundRun,
  state: LogState,
  registry: Pick<PoolRegistry, "progress"> | undefined,
): Promise<RunProgress> {
  // What was told last stays there for a minute after the end, or after a new beginning by nobody.
  const told = state.owner && (await registry?.progress(record.run).catch(() => undefined));
  return told ?? new StoredProgress(out, record.run).count(state);
}

async function successOf({ out }: FoundRun): Promise<Success | undefined> {
  const bytes = await getIfThere(out, outputLayout.success);
  return bytes && decodeSuccess(bytes);
}
