import { BadImageError, type BadImageReason } from "./bad-image.ts";

/** Messages of sharp, libvips and the codecs; the first match wins. */
const reasons: readonly (readonly [RegExp, BadImageReason])[] = [
  [/pixel limit|too large|exceeds/i, "too-many-pixels"],
  [/unsupported image format/i, "not-an-image"],
  [/premature end|unexpected end|truncated|end of (?:file|stream|input)|read error at scanline/i, "truncated"],
];

/**
 * Tells the bytes' fault from the machine's: a `BadImageError` that says what is wrong with `bytes`, or the error
 * itself where decoding failed for want of memory.
 */
export function decodeFailure(error: unknown, bytes: Uint8Array): unknown {
  if (error instanceof BadImageError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (/memory|allocate/i.test(message)) return error;
  const known = reasons.find(([pattern]) => pattern.test(message))?.[1];
  const reason = known ?? (isCutPng(bytes) || isCutWebp(bytes) ? "truncated" : "corrupt");
  return new BadImageError(reason, message.trim().replace(/\s+/g, " "), { cause: error });
}

/** libpng has one message for a cut and for a damaged file, so look for the chunk that ends a whole one. */
function isCutPng(bytes: Uint8Array): boolean {
  return bytes[0] === 0x89 && !Buffer.from(bytes.subarray(-64)).includes("IEND");
}

/** A WebP says in its first bytes how long it is; libwebp has one message for all that it can't parse. */
function isCutWebp(bytes: Uint8Array): boolean {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return file.length >= 12 && file.toString("latin1", 8, 12) === "WEBP" && file.readUInt32LE(4) + 8 > file.length;
}
