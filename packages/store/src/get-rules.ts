import { type GetOptions, type ObjectEntry, ObjectTooLargeError } from "@pomona/core";

/** Bytes of one piece of a stream. */
export const pieceBytes = 1 << 20;

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
