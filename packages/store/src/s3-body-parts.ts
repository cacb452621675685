import { BodyError } from "./file-error.ts";

/** S3 takes no smaller parts than 5 MiB but for the last, and at most 10,000 of them: 80 GiB at this size. */
const defaultPartBytes = 8 << 20;

/** A streamed body in parts of equal size but for the last; each has memory of its own. */
export async function* partsOf(
  body: AsyncIterable<Uint8Array>,
  partBytes: number = defaultPartBytes,
): AsyncGenerator<Uint8Array> {
  let part = Buffer.allocUnsafeSlow(partBytes);
  let filled = 0;
  for await (const piece of guarded(body)) {
    for (let taken = 0; taken < piece.length; ) {
      const size = Math.min(partBytes - filled, piece.length - taken);
      part.set(piece.subarray(taken, taken + size), filled);
      taken += size;
      filled += size;
      if (filled < partBytes) continue;
      yield part;
      part = Buffer.allocUnsafeSlow(partBytes);
      filled = 0;
    }
  }
  if (filled > 0) yield part.subarray(0, filled);
}

async function* guarded(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    throw new BodyError("the body of the object failed", { cause });
  }
}
