import { type GetOptions, type ObjectEntry, ObjectTooLargeError } from "@pomona/core";

/** Bytes of one piece of a stream. */
export const pieceBytes = 1 << 20;

/** Whether the object is still the one that was listed: by etag where both have one, else by what is known of it. */
export function isSameVersion(found: ObjectEntry, expect: NonNullable<GetOptions["expect"]>): boolean {
  if (found.etag !== undefined && expect.etag !== undefined) return found.etag === expect.etag;
  const { size = found.size, modifiedAt = found.modifiedAt } = expect;
  return found.size === size && found.modifiedAt === modifiedAt;
}

/** The bytes to read: `range` cut off at the end of the object. Throws ObjectTooLargeError when they are too many. */
export function rangeWithin(
  { key, size }: ObjectEntry,
  range: GetOptions["range"],
  maxBytes = Number.POSITIVE_INFINITY,
): { start: number; end: number } {
  const { start, end } = range ?? { start: 0, end: size };
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start) {
    throw new RangeError(
      `bytes ${start} to ${end} of ${JSON.stringify(key)}: start and end are whole numbers, 0 <= start <= end`,
    );
  }
  const within = { start: Math.min(start, size), end: Math.min(end, size) };
  if (within.end - within.start > maxBytes) throw new ObjectTooLargeError(key, size, maxBytes);
  return within;
}
