import { decodeKey, UsageError } from "@pomona/core";

const newline = 0x0a;

/** No key is longer, in any form; what has no line ends is some other kind of file. */
const maxLineBytes = 1 << 20;

/** The lines of a file, those of a piece at a time, without their ends (LF or CR LF). Bytes that are not UTF-8 are escaped. */
export async function* linesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    const end = piece.lastIndexOf(newline);
    if (end < 0) {
      if (rest.length > maxLineBytes) {
        throw new UsageError("bad-keys", "the list of keys has a line of over 1 MiB", {
          remedy: "Give a text file with one key a line, or the manifest.json of an S3 Inventory.",
        });
      }
      rest = Buffer.concat([rest, piece]);
      continue;
    }
    yield split(Buffer.concat([rest, piece.subarray(0, end)]));
    rest = Buffer.from(piece.subarray(end + 1));
  }
  if (rest.length > 0) yield split(rest);
}

/** Decoded in one go: one at a time takes longer than all the rest of a listing. */
function split(bytes: Buffer): string[] {
  const lines = decodeKey(bytes).split("\n");
  return bytes.includes("\r\n") || bytes.at(-1) === 0x0d ? lines.map((line) => line.replace(/\r$/, "")) : lines;
}
