import { type ObjectStore, ordinalOf, runLayout } from "@pomona/core";

/** The batches that have a shard already, by the names in the store alone. */
export async function storedShards(out: ObjectStore, run: string): Promise<Set<number>> {
  const found = new Set<number>();
  for await (const { key } of out.list({ prefix: runLayout(run).shards })) {
    const ordinal = ordinalOf(key);
    if (ordinal !== undefined) found.add(ordinal);
  }
  return found;
}
