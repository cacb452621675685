import { setMaxListeners } from "node:events";
import {
  batchHash,
  decodeBatch,
  isDecodable,
  type JobResult,
  type ListedImage,
  type OpenRun,
  type QuarantinedImage,
  runLayout,
  type Shard,
} from "@pomona/core";
import { BatchTimes } from "./batch-times.ts";
import type { EarlierRun } from "./earlier-run.ts";
import { allBatches, type FetchLimits } from "./fetch-limits.ts";
import { allOf, putFresh } from "./fresh-images.ts";
import { handBackOn } from "./hand-back.ts";
import type { Preparation } from "./inference-messages.ts";
import type { Featurizer } from "./inference-pool.ts";
import { Marks } from "./marks.ts";
import type { ImageOutcome } from "./pool-image.ts";
import { findShard, putShard, type ShardIdentity } from "./put-shard.ts";
import { readImage } from "./read-image.ts";
import { type Candidate, retriedImages, versionsOf } from "./retried-images.ts";

export interface FeaturizeBatchOptions {
  readonly openRun: OpenRun;
  readonly batch: number;
  readonly featurizer: Featurizer;
  /** Length of a feature vector. */
  readonly dimension: number;
  /** Hash of the run's fingerprint. */
  readonly fingerprint: string;
  readonly limits: FetchLimits;
  readonly signal: AbortSignal;
  /** Tries again what a generation chooses of the batch's quarantined images, and nothing else. */
  readonly retry?: { readonly generation: number } | undefined;
  /** The run that this one updates: what did not change is taken from there. */
  readonly earlier?: Pick<EarlierRun, "find"> | undefined;
  /** How often a worker died with this batch in hand. Above 0 the batch is tried with marks, see {@link Marks}. */
  readonly restarts?: number;
  /** Told after each image; counts of this attempt so far. */
  readonly onImages?: (counts: ImageCounts) => void;
}

export interface ImageCounts {
  readonly decoded: number;
  readonly quarantined: number;
}

/**
 * One batch of images to one shard: get → decode → resample → infer → put. Writes nothing but the shard, and that only
 * when it is whole. Throws `HandBackError` when `signal` is aborted.
 */
export async function featurizeBatch(options: FeaturizeBatchOptions): Promise<JobResult> {
  const attempt = new AbortController();
  const signal = AbortSignal.any([options.signal, attempt.signal]);
  // Every fetch of the batch may listen at once.
  setMaxListeners(0, signal);
  try {
    return await handBackOn(options.signal, () => featurize(options, signal));
  } finally {
    // Whatever still waits for a fetch or a process is not wanted any more.
    attempt.abort();
  }
}

async function featurize(options: FeaturizeBatchOptions, signal: AbortSignal): Promise<JobResult> {
  const { openRun, dimension, fingerprint, retry } = options;
  const { out, file } = openRun;
  const layout = runLayout(file.run);
  const batchKey = layout.batch(options.batch);
  const batch = decodeBatch(await out.get(batchKey, { signal }), batchKey);
  const identity = { run: file.run, batch: options.batch, batchHash: batchHash(batch), fingerprint };
  const shardKey =
    retry === undefined ? layout.shard(options.batch) : layout.retriedShard(options.batch, retry.generation);

  const found = await findShard(out, shardKey, identity);
  if (found !== undefined) return { rows: found.index.length, quarantined: found.quarantined.length, decoded: 0 };

  const times = new BatchTimes();
  const earlier = retry === undefined ? await options.earlier?.find(batch.images) : undefined;
  const candidates =
    retry === undefined ? allOf(batch, earlier) : await retriedImages({ openRun, batch, identity, ...retry });
  const outcomes = await featurizeImages(candidates, options, { times, signal });
  const shard = assembleShard(identity, candidates, outcomes, dimension);
  const { index, quarantined } = await times.measure("put", async () => {
    signal.throwIfAborted();
    if (earlier !== undefined) await putFresh(out, layout.fresh(options.batch), candidates);
    return putShard(out, shardKey, shard);
  });
  const decoded = shard.index.length - (earlier?.size ?? 0);
  return { rows: index.length, quarantined: quarantined.length, decoded, stages: times.stages };
}

/** What an image is taken to need where the listing did not tell: the file of a big camera. */
const unknownBytes = 8 << 20;

interface Attempt {
  readonly times: BatchTimes;
  readonly signal: AbortSignal;
}

function featurizeImages(
  candidates: readonly Candidate[],
  options: FeaturizeBatchOptions,
  attempt: Attempt,
): Promise<ImageOutcome[]> {
  const { limits, restarts = 0, openRun, onImages } = options;
  const counts = { decoded: 0, quarantined: 0 };
  async function tryImage({ image, gone, known }: Candidate): Promise<ImageOutcome> {
    if (known !== undefined) return { features: known, getMs: 0, decodeMs: 0, resampleMs: 0, inferMs: 0 };
    if (gone) return tell(goneMeanwhile);
    // What is beyond the limit is refused unread, so it takes no memory.
    const bytes = Math.min(image.size ?? unknownBytes, openRun.file.features.maxBytes);
    return tell(await limits.bytes.spend(bytes, () => featurizeImage(image, options, attempt)));
  }
  function tell(outcome: ImageOutcome): ImageOutcome {
    counts[outcome.features === undefined ? "quarantined" : "decoded"] += 1;
    if (!attempt.signal.aborted) onImages?.({ ...counts });
    return outcome;
  }
  async function tryOneByOne(): Promise<ImageOutcome[]> {
    const marks = await Marks.read(openRun.out, openRun.file.run, options.batch, options.retry?.generation);
    const outcomes: ImageOutcome[] = [];
    for (const [place, candidate] of candidates.entries()) {
      attempt.signal.throwIfAborted();
      outcomes.push((await marks.mayTry(place)) ? await tryImage(candidate) : tell(killedTwo));
    }
    await marks.allTried(candidates.length);
    return outcomes;
  }
  function tryAll(): Promise<ImageOutcome[]> {
    attempt.signal.throwIfAborted();
    return Promise.all(candidates.map(tryImage));
  }
  return restarts === 0 ? limits.batches.spend(1, tryAll) : limits.batches.spend(allBatches, tryOneByOne);
}

const goneMeanwhile: ImageOutcome = {
  stage: "get",
  reason: "missing",
  detail: "there is no such object any more",
};

const killedTwo: ImageOutcome = {
  stage: "infer",
  reason: "crashed",
  detail: "two workers died while they had it in hand",
};

async function featurizeImage(
  image: ListedImage,
  options: FeaturizeBatchOptions,
  attempt: Attempt,
): Promise<ImageOutcome> {
  const { resampler, filter, maxPixels, exifRotate } = options.openRun.file.features;
  const preparation = { resampler, filter, maxPixels, exifRotate };
  const outcome =
    (await featurizeInPlace(image, preparation, options, attempt)) ??
    (await fetchAndFeaturize(image, preparation, options, attempt));
  if (outcome.features === undefined) return outcome;
  const { times } = attempt;
  if (outcome.getMs !== undefined) times.observe("get", outcome.getMs);
  times.observe("decode", outcome.decodeMs);
  times.observe("resample", outcome.resampleMs);
  times.observe("infer", outcome.inferMs);
  return outcome;
}

/**
 * Lets an inference process read the image. Undefined where none can, or where what it finds is not what was listed: the
 * store tells why, and whether to wait.
 */
async function featurizeInPlace(
  image: ListedImage,
  preparation: Preparation,
  { openRun: { input, file }, featurizer }: FeaturizeBatchOptions,
  { signal }: Attempt,
): Promise<ImageOutcome | undefined> {
  const { key, size, modifiedAt, etag } = image;
  if (size === undefined || modifiedAt === undefined) return undefined;
  if (size > file.features.maxBytes || !isDecodable(key)) return undefined;
  const path = await input.localFile?.(key);
  if (path !== undefined) return featurizer.featurizeInPlace({ path, size, modifiedAt }, preparation, signal);
  const lent = await input.lendRequest?.(key);
  if (lent === undefined) return undefined;
  const object = { request: lent.request, size, modifiedAt, ...(etag !== undefined && { etag }) };
  const outcome = await featurizer.featurizeInPlace(object, preparation, signal);
  if (outcome?.features !== undefined) lent.succeeded();
  return outcome;
}

async function fetchAndFeaturize(
  image: ListedImage,
  preparation: Preparation,
  { openRun, featurizer, limits }: FeaturizeBatchOptions,
  { times, signal }: Attempt,
): Promise<ImageOutcome> {
  const { maxBytes } = openRun.file.features;
  const read = await limits.fetches.spend(1, () => {
    signal.throwIfAborted();
    return times.measure("get", () =>
      readImage(openRun.input, image, { maxBytes, allocate: limits.memory.take, signal }),
    );
  });
  if (!(read instanceof Uint8Array)) return read;
  return featurizer.featurize(read, preparation, signal).finally(() => limits.memory.giveBack(read));
}

/** Rows and quarantined images in the order of the batch: the same whoever was faster. */
function assembleShard(
  identity: ShardIdentity,
  candidates: readonly Candidate[],
  outcomes: readonly ImageOutcome[],
  dimension: number,
): Shard {
  const rows: number[] = [];
  const quarantined: QuarantinedImage[] = [];
  const features = new Float32Array(outcomes.filter((outcome) => outcome.features !== undefined).length * dimension);
  for (const [place, outcome] of outcomes.entries()) {
    const { index = place } = candidates[place] ?? {};
    if (outcome.features === undefined) {
      const { stage, reason, detail } = outcome;
      quarantined.push({ index, stage, reason, detail });
    } else {
      features.set(outcome.features, rows.length * dimension);
      rows.push(index);
    }
  }
  const versions = versionsOf(candidates);
  const shard = { ...identity, index: Uint32Array.from(rows), features, dimension, quarantined };
  return versions.length === 0 ? shard : { ...shard, versions };
}
