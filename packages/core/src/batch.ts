import { createHash } from "node:crypto";
import { z } from "zod";
import { PomonaError } from "./errors.ts";
import { parseJson } from "./parse-json.ts";

const image = z.strictObject({
  key: z.string(),
  label: z.string(),
  /** Bytes, milliseconds since 1970, version mark: those that the listing told. */
  size: z.number().optional(),
  modifiedAt: z.number().optional(),
  etag: z.string().optional(),
});

const batch = z.strictObject({
  name: z.literal("pomona.batch"),
  version: z.literal(1),
  run: z.string(),
  ordinal: z.number(),
  /** Images in the batches before this one. */
  listedBefore: z.number(),
  /** The chain: this batch was listed strictly after this key… */
  after: z.string().nullable(),
  /** …and the next one is listed strictly after this one. */
  last: z.string().nullable(),
  /** True for the closing batch, which has no images. */
  end: z.boolean(),
  images: z.array(image),
});

/** One image of the listing, as the store or the list of keys described it then. */
export type ListedImage = z.output<typeof image>;

/** Consecutive images of the listing: the unit of work of a worker, and a link of the run's chain. */
export type Batch = z.output<typeof batch>;

/**
 * Images that batch `ordinal` may hold. Depends on the ordinal alone, so that it is the same after a resume: the first
 * batches are small, so a small run spreads over all workers and a big one starts at once.
 */
export function batchCapacity(ordinal: number, batchSize: number): number {
  if (ordinal < 16) return Math.min(16, batchSize);
  if (ordinal < 48) return Math.min(64, batchSize);
  return batchSize;
}

/** Identity of a batch's content: a shard made from other keys or versions of them is not this batch's. */
export function batchHash(batch: Batch): string {
  const hash = createHash("sha256");
  for (const { key, size, modifiedAt, etag } of batch.images) {
    hash.update(JSON.stringify([key, size, modifiedAt, etag ?? null])).update("\n");
  }
  return hash.digest("hex");
}

export function encodeBatch(value: Batch): Uint8Array {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}

/** Throws {@link PomonaError} where the bytes are not a batch of this version. */
export function decodeBatch(bytes: Uint8Array, key: string): Batch {
  const result = batch.safeParse(parseJson(bytes));
  if (result.success) return result.data;
  throw new PomonaError("unreadable-batch", `${key} is not a batch that this version reads: ${result.error.message}`, {
    remedy: "Resume with the version that started the run, or start again with --overwrite.",
  });
}
