import {
  type Batch,
  compareKeys,
  decodeRunFile,
  decodeShard,
  type ListedImage,
  type ObjectStore,
  type RetriedLayer,
  readRetriedLayers,
  runLayout,
  UsageError,
  withVersions,
} from "@pomona/core";
import { storedBatches } from "./chain-batches.ts";
import type { ImageSource } from "./image-source.ts";

/** How an input differs from what a run listed. Keys, at most `examples` of each kind. */
export interface InputChanges {
  readonly new: ChangedKeys;
  readonly changed: ChangedKeys;
  readonly gone: ChangedKeys;
}

export interface ChangedKeys {
  readonly count: number;
  readonly examples: readonly string[];
}

/**
 * Lists the input again beside the run's stored chain: both are in the order of keys, so they are merged with one image
 * of each in memory. An image that was tried again is compared with what it was then. A run with a limit is compared as far
 * as it listed. Writes nothing; throws {@link UsageError}
 * `listing-unfinished` where the chain has no end yet.
 */
export async function checkInput(options: {
  readonly out: ObjectStore;
  readonly run: string;
  readonly source: ImageSource;
  /** Of the result: what it tried again counts. Default 1, which tried nothing. */
  readonly generation?: number;
  readonly examples?: number;
}): Promise<InputChanges> {
  const { out, run, source, generation = 1, examples = 10 } = options;
  const limit = await limitOf(out, run);
  const tally = { new: counter(examples), changed: counter(examples), gone: counter(examples) };
  const before = storedImages(out, run, generation)[Symbol.asyncIterator]();
  const now = source(null)[Symbol.asyncIterator]();
  let old = await next(before);
  let current = await next(now);
  let listed = 0;
  while (old !== undefined || current !== undefined) {
    if (old === undefined && listed === limit) break;
    const order = old === undefined ? 1 : current === undefined ? -1 : compareKeys(old.key, current.key);
    if (order < 0) tally.gone.add(old);
    if (order > 0) tally.new.add(current);
    if (order === 0 && old !== undefined && current !== undefined && !isSame(old, current)) tally.changed.add(current);
    if (order <= 0) {
      listed += 1;
      old = await next(before);
    }
    if (order >= 0) current = await next(now);
  }
  return tally;
}

async function limitOf(out: ObjectStore, run: string): Promise<number | undefined> {
  const key = runLayout(run).config;
  return decodeRunFile(await out.get(key), key).features.limit;
}

async function* storedImages(out: ObjectStore, run: string, generation: number): AsyncGenerator<ListedImage> {
  const layers = await readRetriedLayers(out, run, generation);
  for await (const batch of storedBatches(out, run)) {
    if (batch.end) return;
    yield* (await asRetried(out, batch, layers)).images;
  }
  throw new UsageError("listing-unfinished", `run ${run} has not listed its input to the end`, {
    remedy: "Finish it first: run the same command without --check-input.",
  });
}

async function asRetried(out: ObjectStore, batch: Batch, layers: readonly RetriedLayer[]): Promise<Batch> {
  let retried = batch;
  for (const { generation, batches } of layers) {
    if (!batches.has(batch.ordinal)) continue;
    const key = runLayout(batch.run).retriedShard(batch.ordinal, generation);
    retried = withVersions(retried, decodeShard(await out.get(key), key).versions);
  }
  return retried;
}

async function next(images: AsyncIterator<ListedImage>): Promise<ListedImage | undefined> {
  const { value, done } = await images.next();
  return done === true ? undefined : value;
}

function isSame(a: ListedImage, b: ListedImage): boolean {
  if (a.etag !== undefined && b.etag !== undefined) return a.etag === b.etag;
  return isEqualIfKnown(a.size, b.size) && isEqualIfKnown(a.modifiedAt, b.modifiedAt);
}

function isEqualIfKnown(a: number | undefined, b: number | undefined): boolean {
  return a === undefined || b === undefined || a === b;
}

function counter(limit: number): ChangedKeys & { add(image: ListedImage | undefined): void } {
  const examples: string[] = [];
  return {
    count: 0,
    examples,
    add(image) {
      if (image === undefined) return;
      (this as { count: number }).count += 1;
      if (examples.length < limit) examples.push(image.key);
    },
  };
}
