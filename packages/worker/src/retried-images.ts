import {
  type Batch,
  decodeGenerationRequest,
  type ImageVersion,
  type ListedImage,
  mergeShards,
  type OpenRun,
  PomonaError,
  readRetriedLayers,
  retryFilter,
  runLayout,
  type Shard,
} from "@pomona/core";
import { findShard, type ShardIdentity } from "./put-shard.ts";

/** An image of a batch that is to be tried. */
export interface Candidate {
  /** Position in the batch. */
  readonly index: number;
  readonly image: ListedImage;
  /** Looked for again, to be tried again, and not there. */
  readonly gone?: boolean;
  /** Of an image that is tried again: what the store says of it now. */
  readonly version?: ImageVersion;
  /** Features that an earlier run computed of the same image. */
  readonly known?: Float32Array;
}

/**
 * The images of a batch that a generation tries again: those in quarantine so far that its request chooses, as they are
 * in the store now. Somebody may have repaired them, so what the listing said of them counts no more.
 *
 * @throws PomonaError `missing-shard` where the batch has to be featurized first
 */
export async function retriedImages(options: {
  readonly openRun: OpenRun;
  readonly batch: Batch;
  readonly identity: ShardIdentity;
  readonly generation: number;
}): Promise<Candidate[]> {
  const { openRun, batch, generation } = options;
  const { out, file } = openRun;
  const { request } = runLayout(file.run).generation(generation);
  const { retry = { keys: [] } } = decodeGenerationRequest(await out.get(request), request);
  const isChosen = retryFilter(retry);
  const { quarantined } = await shardBefore(options);
  const chosen = quarantined.flatMap(({ index, reason }) => {
    const image = batch.images[index];
    return image !== undefined && isChosen({ key: image.key, reason }) ? [{ index, image }] : [];
  });
  return Promise.all(chosen.map((candidate) => asItIsNow(openRun, candidate)));
}

export function versionsOf(candidates: readonly Candidate[]): ImageVersion[] {
  return candidates.flatMap(({ version }) => (version === undefined ? [] : [version]));
}

/** What is known of the batch without this generation. */
async function shardBefore({
  openRun,
  batch,
  identity,
  generation,
}: Parameters<typeof retriedImages>[0]): Promise<Shard> {
  const { out, file } = openRun;
  const layout = runLayout(file.run);
  const layers = await readRetriedLayers(out, file.run, generation);
  const earlier = layers.filter((layer) => layer.generation < generation && layer.batches.has(batch.ordinal));
  const keys = earlier.map((layer) => layout.retriedShard(batch.ordinal, layer.generation));
  const read = async (key: string): Promise<Shard> => {
    const shard = await findShard(out, key, identity);
    if (shard !== undefined) return shard;
    throw new PomonaError("missing-shard", `there is no shard ${key}`, {
      remedy: "Run the same command again to make what is missing.",
    });
  };
  const [base, ...retried] = await Promise.all([layout.shard(batch.ordinal), ...keys].map(read));
  return mergeShards(base as Shard, retried);
}

async function asItIsNow({ input }: OpenRun, { index, image }: Candidate): Promise<Candidate> {
  // The file has no name that could be asked for; it is refused as it was.
  if (!image.key.isWellFormed()) return { index, image };
  const found = await input.stat(image.key);
  if (found === undefined) return { index, image, gone: true };
  const { size, modifiedAt, etag } = found;
  const now = { size, modifiedAt, ...(etag !== undefined && { etag }) };
  return { index, image: { key: image.key, label: image.label, ...now }, version: { index, ...now } };
}
