import {
  type LogState,
  type ObjectStore,
  outputLayout,
  PomonaError,
  RunLog,
  runLayout,
  type Success,
  UsageError,
} from "@pomona/core";
import { readSuccess } from "./read-success.ts";
import { standDown } from "./stand-down.ts";

export interface CleanOptions {
  /** Not a patient store: a denied request must show at once. */
  readonly out: ObjectStore;
  readonly by: string;
  readonly now: () => Date;
  /** Aborted: its reason is thrown, and the rest is left to the next call. */
  readonly signal?: AbortSignal | undefined;
}

export interface Cleaned {
  readonly run: string;
  readonly objects: number;
  readonly bytes: number;
}

const atOnce = 1000;

/**
 * Removes what a finished run no longer needs: shards, moments, and what unpublished generations made. Never run.json,
 * batches, fingerprint or log. The log says so first, so that nothing is made of what is half removed; doing it again
 * goes on with an interrupted removal. Throws {@link UsageError} `not-finished`, {@link PomonaError} `cannot-delete`.
 */
export async function cleanOutput({ out, by, now, signal }: CleanOptions): Promise<Cleaned> {
  const log = new RunLog(out);
  const { run, generation } = await finishedRun(out, await log.read());
  await requireDeletion(out);
  const { epoch } = await log.append((state) => {
    if (state.run !== run || state.status !== "done") throw notFinished(out.uri);
    return state.cleaned ? undefined : { kind: "cleaned", at: now().toISOString(), by, epoch: state.epoch + 1 };
  });
  let objects = 0;
  let bytes = 0;
  let keys: string[] = [];
  const remove = async (): Promise<void> => {
    if (keys.length === 0) return;
    signal?.throwIfAborted();
    // A refit that began meanwhile has restored what it needs.
    await standDown(log, epoch);
    await out.delete(keys);
    objects += keys.length;
    keys = [];
  };
  for await (const { key, size } of out.list({ prefix: runLayout(run).root })) {
    if (!isSpent(key.slice(runLayout(run).root.length), generation)) continue;
    keys.push(key);
    bytes += size;
    if (keys.length === atOnce) await remove();
  }
  await remove();
  return { run, objects, bytes };
}

/** By the name below `_run/<run>/`. What it does not know stays. */
function isSpent(name: string, published: number): boolean {
  // Which version of an image was tried again, the table does not tell.
  if (/^shards\/\d+\.g\d+\.arrow$/.test(name)) return false;
  if (/^(shards|suspects)\//.test(name) || /^g\d+\/moments\//.test(name)) return true;
  const unpublished = /^g(\d+)\/(parts|csv-[a-z]+)\//.exec(name);
  return unpublished !== null && Number(unpublished[1]) !== published;
}

async function finishedRun(out: ObjectStore, state: LogState): Promise<Pick<Success, "run" | "generation">> {
  const success = await readSuccess(out);
  if (success === undefined || state.run !== success.run || state.status !== "done") throw notFinished(out.uri);
  return success;
}

function notFinished(out: string): UsageError {
  return new UsageError("not-finished", `${out} holds no finished run, so its stored features are still needed`, {
    remedy: "Finish the run first, or delete everything with --overwrite.",
  });
}

/** Throws {@link PomonaError} `cannot-delete`, naming the right that is missing, before anything is removed. */
export async function requireDeletion(out: ObjectStore): Promise<void> {
  const probe = outputLayout.preflight;
  await out.put(probe, Buffer.from("pomona\n"));
  try {
    await out.delete([probe]);
  } catch (error) {
    const right = out.uri.startsWith("s3:") ? "s3:DeleteObject" : "the right to write to the folder";
    throw new PomonaError("cannot-delete", `nothing was deleted: ${(error as Error).message}`, {
      cause: error,
      remedy: `Allow ${right} on ${out.uri}, as the policy \`maintain\` of the documentation does.`,
    });
  }
}
