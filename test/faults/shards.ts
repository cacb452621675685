import { stat } from "node:fs/promises";
import { join } from "node:path";
import { onlyRun } from "../support/run-state.ts";
import { waitFor } from "../support/wait-for.ts";
import { namesIn } from "./corpus.ts";

/** When each shard of the only run of an output was stored, in milliseconds since 1970, by ordinal. */
export async function shardTimes(folder: string): Promise<Map<number, number>> {
  const shards = join(folder, "_run", (await onlyRun(folder)) ?? "none", "shards");
  const times = new Map<number, number>();
  for (const name of await namesIn(shards)) {
    if (!name.endsWith(".arrow")) continue;
    const { mtimeMs } = await stat(join(shards, name)).catch(() => ({ mtimeMs: undefined }));
    if (mtimeMs !== undefined) times.set(Number.parseInt(name, 10), mtimeMs);
  }
  return times;
}

/** Waits until so many shards are stored. */
export async function shardsStored(folder: string, count: number, seconds = 60): Promise<void> {
  await waitFor(`${count} shards`, async () => (await shardTimes(folder)).size >= count, { seconds, everyMs: 10 });
}

/** Seconds from a moment (of `Date.now()`) to the next shard. */
export async function nextShard(folder: string, since: number, seconds = 120): Promise<number> {
  return waitFor(
    "another shard",
    async () => {
      const later = [...(await shardTimes(folder)).values()].filter((time) => time > since);
      return later.length === 0 ? undefined : Math.max(0.001, (Math.min(...later) - since) / 1000);
    },
    { seconds, everyMs: 20 },
  );
}
