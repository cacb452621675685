import {
  decodePartBooks,
  MissingObjectError,
  type ObjectStore,
  PomonaError,
  type RestoreJob,
  runLayout,
} from "@pomona/core";
import type { Dispatch } from "./dispatch.ts";
import { runJobs } from "./run-jobs.ts";
import type { RunLedger } from "./run-ledger.ts";
import { storedShards } from "./stored-shards.ts";

export interface RestoreShardsOptions {
  readonly run: string;
  readonly epoch: number;
  /** Rounds before this one that ended in lost shards. */
  readonly attempt: number;
  /** The published generation, whose table holds the features. */
  readonly generation: number;
  readonly out: ObjectStore;
  readonly dispatch: Dispatch;
  readonly ledger: RunLedger;
}

/** Has the shards that `pomona clean` removed taken back from the table, so that nothing is decoded again. */
export async function restoreShards(options: RestoreShardsOptions): Promise<void> {
  const { run, epoch, attempt, generation, out, dispatch, ledger } = options;
  const stored = await storedShards(out, run);
  const jobs: RestoreJob[] = [];
  let parts = 0;
  for await (const { part, from, to } of partsOf(out, run, generation)) {
    parts += 1;
    const isWhole = Array.from({ length: to - from }, (_, i) => from + i).every((batch) => stored.has(batch));
    const id = `${run}-g${generation}-s${part}-e${epoch}-${attempt}`;
    if (!isWhole) jobs.push({ kind: "restore", id, run, generation, part, from, to, priority: 0 });
  }
  if (parts === 0) {
    throw new PomonaError("shards-cleaned", `the stored features of run ${run} were removed, and its table is gone`, {
      remedy: "Give --overwrite to start again, or choose another output.",
    });
  }
  if (jobs.length === 0) return;
  ledger.enter("restoring", jobs.length);
  await runJobs({ ...dispatch, name: "reduce", jobs: () => jobs, onResult: () => ledger.step() });
  ledger.shardsRestored(await storedShards(out, run));
}

async function* partsOf(
  out: ObjectStore,
  run: string,
  generation: number,
): AsyncGenerator<Pick<RestoreJob, "part" | "from" | "to">> {
  for (let part = 0; ; part++) {
    const key = runLayout(run).generation(generation).partBooks(part);
    const bytes = await out.get(key).catch((error: unknown) => {
      if (error instanceof MissingObjectError) return undefined;
      throw error;
    });
    if (bytes === undefined) return;
    yield decodePartBooks(bytes, key);
  }
}
