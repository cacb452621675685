import {
  DamagedObjectError,
  decodeShard,
  encodeShard,
  MissingObjectError,
  type ObjectStore,
  PomonaError,
  type Shard,
  ShardError,
} from "@pomona/core";

/** What makes a shard the one of a batch. */
export type ShardIdentity = Pick<Shard, "run" | "batch" | "batchHash" | "fingerprint">;

/**
 * The shard that is already there. A damaged one is removed, as if it were not. Throws {@link PomonaError}
 * `foreign-shard` where it is of another run, other images or other features.
 */
export async function findShard(out: ObjectStore, key: string, identity: ShardIdentity): Promise<Shard | undefined> {
  if ((await out.stat(key)) === undefined) return undefined;
  try {
    const shard = decodeShard(await out.get(key), key);
    checkIdentity(shard, key, identity);
    return shard;
  } catch (error) {
    if (error instanceof MissingObjectError) return undefined;
    if (!(error instanceof ShardError || error instanceof DamagedObjectError)) throw error;
    await out.delete([key]);
    return undefined;
  }
}

/** Stores the shard unless another worker was faster with one that serves as well; returns the one that is stored. */
export async function putShard(out: ObjectStore, key: string, shard: Shard): Promise<Shard> {
  const bytes = encodeShard(shard);
  for (;;) {
    if ((await out.putIfAbsent(key, bytes)) === "created") return shard;
    const found = await findShard(out, key, shard);
    if (found !== undefined) return found;
  }
}

function checkIdentity(shard: Shard, key: string, identity: ShardIdentity): void {
  const names = ["run", "batch", "batchHash", "fingerprint"] as const;
  const differences = names.filter((name) => shard[name] !== identity[name]);
  if (differences.length === 0) return;
  const found = differences.map((name) => `${name} ${shard[name]} instead of ${identity[name]}`).join(", ");
  throw new PomonaError("foreign-shard", `shard ${key} is another's: ${found}`, {
    remedy: "Something else writes to this output. Make sure that it does not, and start again with --overwrite.",
  });
}
