import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** What the store says of an output's only run, read as plain files. */
export interface RunState {
  readonly batches: readonly {
    readonly ordinal: number;
    readonly images: readonly { readonly key: string }[];
    readonly end: boolean;
  }[];
  readonly shards: ReadonlySet<number>;
  readonly success: boolean;
}

export async function readRunState(out: string): Promise<RunState> {
  const run = await onlyRun(out);
  const folder = (name: string): string => join(out, "_run", run ?? "none", name);
  const batchFiles = (await namesIn(folder("batches"))).sort();
  return {
    batches: await Promise.all(
      batchFiles.map(async (name) => JSON.parse(await readFile(join(folder("batches"), name), "utf8"))),
    ),
    shards: new Set((await namesIn(folder("shards"))).map((name) => Number.parseInt(name, 10))),
    success: existsSync(join(out, "_SUCCESS")),
  };
}

/**
 * The id of the run below `_run`, of the newest where a worker that was stopped brought something of an overwritten one
 * back; undefined as long as there is none.
 */
export async function onlyRun(out: string): Promise<string | undefined> {
  const names = await namesIn(join(out, "_run"));
  return names.sort().findLast((name) => /^\d{8}-\d{6}-[a-z0-9]{6}$/.test(name));
}

/** Images of the batches that have a shard. */
export function imagesInShards({ batches, shards }: RunState): number {
  return batches.filter(({ ordinal }) => shards.has(ordinal)).reduce((sum, { images }) => sum + images.length, 0);
}

export function isListingClosed({ batches }: RunState): boolean {
  return batches.at(-1)?.end === true;
}

/** `_SUCCESS` as an object. */
export async function readSuccess(out: string): Promise<{
  readonly run: string;
  readonly generation: number;
  readonly books: Readonly<Record<"listed" | "featurized" | "quarantined" | "missing" | "duplicates", number>>;
  readonly labels: Readonly<Record<string, number>>;
}> {
  return JSON.parse(await readFile(join(out, "_SUCCESS"), "utf8"));
}

async function namesIn(folder: string): Promise<string[]> {
  return existsSync(folder) ? await readdir(folder) : [];
}
