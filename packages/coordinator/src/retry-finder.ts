import {
  type Batch,
  decodePartBooks,
  type GenerationRequest,
  MissingObjectError,
  type ObjectStore,
  type PartBooks,
  retryFilter,
  runLayout,
} from "@pomona/core";

/** Which batches hold quarantined images that a generation tries again. */
export interface RetryFinder {
  /** To be told of every batch of the run, in order. */
  see(batch: Batch): Promise<void>;
  /** As far as batches were seen. */
  readonly batches: readonly number[];
}

/** Looks into the books of the generation that is tried again, one part in memory; finds nothing where none is. */
export async function openRetryFinder(
  out: ObjectStore,
  run: string,
  { generation, retry }: GenerationRequest,
): Promise<RetryFinder> {
  const batches: number[] = [];
  const isWritten = (await out.stat(runLayout(run).generation(generation).retried)) !== undefined;
  if (retry === undefined || isWritten) return { batches, see: async () => {} };
  const isChosen = retryFilter(retry);
  let part: { readonly to: number; readonly keys: ReadonlySet<string> } | undefined;
  let next = 0;
  return {
    batches,
    async see({ ordinal, images, end }) {
      if (end) return;
      while (part === undefined || ordinal >= part.to) {
        const { to, quarantined } = await readPartBooks(out, run, retry.of, next++);
        part = { to, keys: new Set(quarantined.filter(isChosen).map(({ key }) => key)) };
      }
      const { keys } = part;
      if (keys.size > 0 && images.some(({ key }) => keys.has(key))) batches.push(ordinal);
    },
  };
}

/** The quarantined images of a generation whose table is made, part by part. */
export async function* quarantinedOf(
  out: ObjectStore,
  run: string,
  generation: number,
): AsyncGenerator<PartBooks["quarantined"][number]> {
  for (let part = 0; ; part++) {
    const books = await readPartBooks(out, run, generation, part).catch((error: unknown) => {
      if (error instanceof MissingObjectError) return undefined;
      throw error;
    });
    if (books === undefined) return;
    yield* books.quarantined;
  }
}

async function readPartBooks(out: ObjectStore, run: string, generation: number, part: number): Promise<PartBooks> {
  const key = runLayout(run).generation(generation).partBooks(part);
  return decodePartBooks(await out.get(key), key);
}
