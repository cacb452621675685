import {
  type Batch,
  batchHash,
  DamagedObjectError,
  decodeBatch,
  decodeShard,
  type Fingerprint,
  fingerprintHash,
  MissingObjectError,
  mergeShards,
  type ObjectStore,
  type OpenRun,
  PomonaError,
  type RetriedLayer,
  readRetriedLayers,
  runLayout,
  type Shard,
  ShardError,
  withVersions,
} from "@pomona/core";

export interface BatchShard {
  readonly batch: Batch;
  readonly shard: Shard;
}

export interface ReadShardsOptions {
  /** Batches `from` (inclusive)… */
  readonly from: number;
  /** …to `to` (exclusive). Batches without images have no shard and are passed over. */
  readonly to: number;
  /** Whose rows: what it or a generation below it tried again lies over the shards. */
  readonly generation: number;
}

/**
 * The shards of consecutive batches in order, each checked to be of this run, this batch and this fingerprint, and to
 * account for every image of its batch. Images that were tried again have their newer rows, and their newer versions in
 * the batch. The next one is fetched meanwhile, so two shards are in memory at most.
 *
 * @throws ShardError where a shard is damaged; it has been deleted, so that the coordinator has it made anew
 * @throws PomonaError `missing-shard`, `missing-batch`, `missing-fingerprint`, or `foreign-shard` for one that is whole
 *   but was made from something else
 */
export async function* readShards(
  run: OpenRun,
  { from, to, generation }: ReadShardsOptions,
): AsyncGenerator<BatchShard> {
  const fingerprint = await readFingerprintHash(run);
  const layers = await readRetriedLayers(run.out, run.file.run, generation);
  const prefetch = (n: number) => {
    const loading = loadShard(run, n, { fingerprint, layers });
    // The consumer may leave before it is awaited.
    loading.catch(() => {});
    return loading;
  };
  let next = from < to ? prefetch(from) : undefined;
  for (let n = from; n < to; n++) {
    const current = await next;
    next = n + 1 < to ? prefetch(n + 1) : undefined;
    if (current !== undefined) yield current;
  }
}

/** What shards of this run carry as `fingerprint`. */
export async function readFingerprintHash({ file, out }: OpenRun): Promise<string> {
  const key = runLayout(file.run).fingerprint;
  const bytes = await getOr(out.get(key), () => missing("missing-fingerprint", `run ${file.run} has no ${key}`));
  return fingerprintHash(JSON.parse(Buffer.from(bytes).toString("utf8")) as Fingerprint);
}

async function loadShard(
  run: OpenRun,
  n: number,
  { fingerprint, layers }: { readonly fingerprint: string; readonly layers: readonly RetriedLayer[] },
): Promise<BatchShard | undefined> {
  const { file, out } = run;
  const layout = runLayout(file.run);
  const batchKey = layout.batch(n);
  const batchBytes = await getOr(out.get(batchKey), () => missing("missing-batch", `there is no ${batchKey}`));
  const batch = decodeBatch(batchBytes, batchKey);
  if (batch.images.length === 0) return undefined;

  const origin = { run: file.run, batch: n, batchHash: batchHash(batch), fingerprint };
  const base = await loadPart(out, layout.shard(n), origin, (shard, key) => checkCoverage(shard, batch, key));
  const keys = layers.filter(({ batches }) => batches.has(n)).map((layer) => layout.retriedShard(n, layer.generation));
  const check = (shard: Shard, key: string): void => void countImages(shard, batch, key);
  const shard = mergeShards(base, await Promise.all(keys.map((key) => loadPart(out, key, origin, check))));
  return { batch: withVersions(batch, shard.versions), shard };
}

/** One file of a batch's rows. A damaged one is removed. */
async function loadPart(
  out: ObjectStore,
  key: string,
  origin: Origin,
  check: (shard: Shard, key: string) => void,
): Promise<Shard> {
  try {
    const bytes = await getOr(out.get(key), () => missing("missing-shard", `there is no shard ${key}`));
    const shard = decodeShard(bytes, key);
    checkOrigin(shard, origin, key);
    check(shard, key);
    return shard;
  } catch (error) {
    const fault = error instanceof DamagedObjectError ? new ShardError(key, error.message) : error;
    if (fault instanceof ShardError) await out.delete([key]);
    throw fault;
  }
}

type Origin = Pick<Shard, "run" | "batch" | "batchHash" | "fingerprint">;

/** A whole shard of another origin is evidence of a fault elsewhere, so it is left where it is. */
function checkOrigin(shard: Shard, expected: Origin, key: string): void {
  for (const name of ["run", "batch", "batchHash", "fingerprint"] as const) {
    if (shard[name] === expected[name]) continue;
    const why = `its ${name} is ${shard[name]}, expected ${expected[name]}`;
    throw new PomonaError("foreign-shard", `shard ${key} was not made for this run: ${why}`, {
      remedy: "Remove that file and run the same command again.",
    });
  }
}

function checkCoverage(shard: Shard, batch: Batch, key: string): void {
  const missed = countImages(shard, batch, key).indexOf(0);
  if (missed >= 0) throw new ShardError(key, `it accounts for image ${missed} of its batch 0 times`);
}

/** How often each image of the batch is accounted for: 0 or 1. */
function countImages({ index, features, dimension, quarantined }: Shard, { images }: Batch, key: string): Uint8Array {
  if (features.length !== index.length * dimension) {
    throw new ShardError(key, `${index.length} rows of ${dimension} hold ${features.length} values`);
  }
  const times = new Uint8Array(images.length);
  for (const at of [...index, ...quarantined.map((image) => image.index)]) {
    if (at >= images.length) throw new ShardError(key, `it has an image ${at}, its batch has ${images.length}`);
    if (times[at] !== 0) throw new ShardError(key, `it accounts for image ${at} of its batch more than once`);
    times[at] = 1;
  }
  return times;
}

async function getOr(getting: Promise<Uint8Array>, otherwise: () => Error): Promise<Uint8Array> {
  try {
    return await getting;
  } catch (error) {
    throw error instanceof MissingObjectError ? otherwise() : error;
  }
}

function missing(code: string, message: string): PomonaError {
  return new PomonaError(code, message, { remedy: "Run the same command again to make what is missing." });
}
