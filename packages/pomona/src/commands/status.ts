import { setTimeout as sleep } from "node:timers/promises";
import { exitCodes, isOver } from "@pomona/core";
import { type FoundRun, findRun } from "../client/find-run.ts";
import { formatPool, formatRuns, formatStatus } from "../client/format-runs.ts";
import { listRuns } from "../client/list-runs.ts";
import { liveRoles } from "../client/live-roles.ts";
import { type RunStatus, readTroubledStatus } from "../client/run-status.ts";
import type { Surroundings } from "../surroundings.ts";
import { inPool, type PlaceFlags, type PoolContext } from "./pool-context.ts";

export interface StatusFlags extends PlaceFlags {
  readonly watch?: boolean;
}

/** Between two looks of `--watch`. */
const watchEveryMs = 2_000;

/** Of the runs that are shown beside the pool. */
const shownRuns = 10;

/** What one look amounts to. */
interface View {
  readonly value: object;
  readonly text: string;
  /** Ends a watch, with this exit code. */
  readonly exitCode: number | undefined;
}

/** `pomona status [run]`: one run, or the pool and its newest runs. */
export function statusCommand(
  run: string | undefined,
  flags: StatusFlags,
  surroundings: Surroundings,
): Promise<number> {
  return inPool(flags, surroundings, async (context) => {
    const found = run === undefined ? undefined : await findRun(context.home, run, context.s3);
    const look = (): Promise<View> => (found === undefined ? lookAtPool(context) : lookAtRun(found, context));
    if (flags.watch) return watch(look, context.print, flags, surroundings);
    const { value, text } = await look();
    context.print(value, text);
    return exitCodes.done;
  });
}

/** Shows each change until the run is over; exits as the run did. */
async function watch(
  look: () => Promise<View>,
  print: PoolContext["print"],
  { json = false }: StatusFlags,
  { stdout, signal }: Surroundings,
): Promise<number> {
  let shown: string | undefined;
  while (!signal.aborted) {
    const { value, text, exitCode } = await look();
    // Ages change all the time: that alone is news on a terminal only.
    const news = json || !stdout.isTTY ? JSON.stringify(value) : text;
    if (news !== shown) {
      if (stdout.isTTY && !json) stdout.write("\u001b[2J\u001b[H");
      print(value, text);
    }
    shown = news;
    if (exitCode !== undefined) return exitCode;
    await sleep(watchEveryMs, undefined, { signal }).catch(() => {});
  }
  return exitCodes.done;
}

async function lookAtRun(found: FoundRun, { queue }: PoolContext): Promise<View> {
  const status = await readTroubledStatus(found, queue?.registry);
  return { value: status, text: formatStatus(status, new Date()), exitCode: exitCodeOf(status) };
}

function exitCodeOf({ state, failure }: RunStatus): number | undefined {
  if (!isOver(state)) return undefined;
  return state === "done" ? exitCodes.done : (failure?.exitCode ?? exitCodes.failed);
}

async function lookAtPool({ home, s3, queue }: PoolContext): Promise<View> {
  const runs = await listRuns({ home, s3, registry: queue?.registry, last: shownRuns });
  const list = formatRuns(runs, new Date());
  if (queue === undefined) return { value: { home: home.uri, runs }, text: list, exitCode: undefined };
  const [roles, features, reduce] = await Promise.all([
    liveRoles(queue.registry),
    queue.counts("features"),
    queue.counts("reduce"),
  ]);
  const jobs = { features, reduce };
  return {
    value: { home: home.uri, ...roles, jobs, runs },
    text: `home         ${home.uri}\n${formatPool(roles, jobs)}\n${list}`,
    exitCode: undefined,
  };
}
