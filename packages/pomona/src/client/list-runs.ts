import { homeLayout, isRunId, type ObjectStore } from "@pomona/core";
import type { PoolRegistry } from "@pomona/queue";
import type { S3Options } from "@pomona/store";
import { findRun } from "./find-run.ts";
import { type RunStatus, readRunStatus } from "./run-status.ts";

/** A run whose output cannot be read now. */
export interface UnreadableRun {
  readonly run: string;
  readonly state: "unreadable";
  readonly error: string;
}

export type ListedRun = RunStatus | UnreadableRun;

const atOnce = 8;

/** The newest `last` runs of a home, newest first. */
export async function listRuns(options: {
  readonly home: ObjectStore;
  readonly s3: S3Options;
  readonly registry?: Pick<PoolRegistry, "progress"> | undefined;
  readonly last: number;
}): Promise<ListedRun[]> {
  const { home, s3, registry, last } = options;
  let ids: string[] = [];
  for await (const { key } of home.list({ prefix: homeLayout.runs })) {
    const run = key.slice(homeLayout.runs.length, -".json".length);
    if (!isRunId(run)) continue;
    // Ids begin with their time and come in order.
    ids.push(run);
    if (ids.length > 2 * last) ids = ids.slice(-last);
  }
  ids = ids.slice(-last).reverse();
  const runs: ListedRun[] = [];
  for (let from = 0; from < ids.length; from += atOnce) {
    const some = ids.slice(from, from + atOnce).map((run) => readOrSay(home, run, s3, registry));
    runs.push(...(await Promise.all(some)));
  }
  return runs;
}

async function readOrSay(
  home: ObjectStore,
  run: string,
  s3: S3Options,
  registry: Pick<PoolRegistry, "progress"> | undefined,
): Promise<ListedRun> {
  try {
    return await readRunStatus(await findRun(home, run, s3), registry);
  } catch (error) {
    return { run, state: "unreadable", error: error instanceof Error ? error.message : String(error) };
  }
}
