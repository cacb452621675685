import {
  ChangedObjectError,
  DamagedObjectError,
  type GetOptions,
  isDecodable,
  type ListedImage,
  MissingObjectError,
  type ObjectStore,
  ObjectTooLargeError,
  type QuarantineReason,
} from "@pomona/core";
import type { RefusedImage } from "./pool-image.ts";

/** Errors of the data. Everything else is weather, which the store has already waited for, and ends the batch. */
const reasons = [
  [MissingObjectError, "missing"],
  [ChangedObjectError, "changed"],
  [DamagedObjectError, "corrupt"],
  [ObjectTooLargeError, "too-large"],
] as const satisfies readonly (readonly [abstract new (...args: never[]) => Error, QuarantineReason])[];

/** The bytes of the version that was listed, or why the image cannot have a row. */
export async function readImage(
  store: ObjectStore,
  { key, size, modifiedAt, etag }: ListedImage,
  options: Pick<GetOptions, "maxBytes" | "allocate" | "signal">,
): Promise<Uint8Array | RefusedImage> {
  if (!isDecodable(key)) {
    return {
      stage: "list",
      reason: "name",
      detail: "the file's name is not UTF-8, so it cannot have a path in the table",
    };
  }
  // What a list of keys did not tell is not compared.
  const expect = {
    ...(size !== undefined && { size }),
    ...(modifiedAt !== undefined && { modifiedAt }),
    ...(etag !== undefined && { etag }),
  };
  try {
    return await store.get(key, { expect, ...options });
  } catch (error) {
    const found = reasons.find(([kind]) => error instanceof kind);
    if (found === undefined) throw error;
    return { stage: "get", reason: found[1], detail: (error as Error).message };
  }
}
