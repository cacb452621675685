import {
  type Batch,
  batchCapacity,
  compareKeys,
  decodeBatch,
  displayKey,
  encodeBatch,
  type ListedImage,
  MissingObjectError,
  type ObjectStore,
  PomonaError,
  runLayout,
} from "@pomona/core";
import type { ImageSource } from "./image-source.ts";

export interface ChainOptions {
  readonly out: ObjectStore;
  readonly run: string;
  readonly source: ImageSource;
  readonly batchSize: number;
  /** The chain ends at exactly this many images. */
  readonly limit?: number | undefined;
}

/** Stored batches that are read ahead of the one in hand when a run resumes. */
const readAhead = 16;

/**
 * The run's chain of batches, in order, up to and including the closing one: first those that are stored, then new
 * ones, each stored before it is given. Batch n + 1 is listed strictly after the *stored* end of batch n, and whoever
 * creates an ordinal first decides it, so neither a resume, nor a listing that changed meanwhile, nor a second
 * coordinator can lose or double a key.
 */
export async function* chainBatches({ out, run, source, batchSize, limit }: ChainOptions): AsyncGenerator<Batch> {
  let previous: Batch | undefined;
  for await (const batch of storedBatches(out, run)) {
    yield batch;
    previous = batch;
  }
  while (!previous?.end) {
    let overtaken = false;
    for await (const batch of newBatches({ run, source, batchSize, limit, previous })) {
      const created = (await out.putIfAbsent(runLayout(run).batch(batch.ordinal), encodeBatch(batch))) === "created";
      const stored = created ? batch : await readBatch(out, run, batch.ordinal);
      yield stored;
      if (stored.end) return;
      previous = stored;
      overtaken = stored.last !== batch.last || stored.images.length !== batch.images.length;
      if (overtaken) break;
    }
    if (!overtaken) return;
  }
}

/** Batches as the source gives them, the closing one last; nothing is stored here. */
async function* newBatches(
  options: Omit<ChainOptions, "out"> & { readonly previous: Batch | undefined },
): AsyncGenerator<Batch> {
  const { run, source, batchSize, limit = Number.POSITIVE_INFINITY, previous } = options;
  let ordinal = previous === undefined ? 0 : previous.ordinal + 1;
  let listedBefore = previous === undefined ? 0 : previous.listedBefore + previous.images.length;
  let after = previous?.last ?? null;
  let images: ListedImage[] = [];
  const close = (end: boolean): Batch => {
    const last = images.at(-1)?.key ?? after;
    const batch: Batch = { name: "pomona.batch", version: 1, run, ordinal, listedBefore, after, last, end, images };
    ordinal += 1;
    listedBefore += images.length;
    after = last;
    images = [];
    return batch;
  };
  if (listedBefore < limit) {
    for await (const image of source(after)) {
      refuseDisorder(images.at(-1)?.key ?? after, image.key);
      images.push(image);
      const enough = listedBefore + images.length >= limit;
      if (images.length === batchCapacity(ordinal, batchSize) || enough) yield close(false);
      if (enough) break;
    }
  }
  if (images.length > 0) yield close(false);
  yield close(true);
}

/** Stored batches from the first without a gap; the closing one is the last, where the listing was finished. */
export async function* storedBatches(out: ObjectStore, run: string): AsyncGenerator<Batch> {
  const ahead: Promise<Batch | undefined>[] = [];
  for (let next = 0; ; ) {
    while (ahead.length < readAhead) {
      const reading = readIfThere(out, run, next++);
      // One that fails is heard of when its turn comes, if it comes.
      reading.catch(() => {});
      ahead.push(reading);
    }
    const batch = await ahead.shift();
    if (batch === undefined) return;
    yield batch;
    if (batch.end) return;
  }
}

async function readIfThere(out: ObjectStore, run: string, ordinal: number): Promise<Batch | undefined> {
  try {
    return await readBatch(out, run, ordinal);
  } catch (error) {
    if (error instanceof MissingObjectError) return undefined;
    throw error;
  }
}

async function readBatch(out: ObjectStore, run: string, ordinal: number): Promise<Batch> {
  const key = runLayout(run).batch(ordinal);
  return decodeBatch(await out.get(key), key);
}

function refuseDisorder(before: string | null, key: string): void {
  if (before === null || compareKeys(before, key) < 0) return;
  throw new PomonaError("listing-disorder", `the listing gives ${displayKey(key)} after ${displayKey(before)}`, {
    remedy: "Keys must come in the byte order of their UTF-8, each once: LC_ALL=C sort -u.",
  });
}
