import { once } from "node:events";
import { createWriteStream } from "node:fs";

/** A key of 42 bytes; keys are in byte order as their ordinals are. */
export function keyOf(ordinal: number): string {
  const digits = String(ordinal).padStart(10, "0");
  return `class_${digits.slice(0, 7)}/photo_${digits}_original.jpg`;
}

/** The first `keys` keys, a line each; written piece by piece, so that this process does not begin with a big heap. */
export async function writeKeyList(path: string, keys: number): Promise<void> {
  const file = createWriteStream(path);
  for (let from = 0; from < keys; from += 1000) {
    const lines = Array.from({ length: Math.min(1000, keys - from) }, (_, i) => `${keyOf(from + i)}\n`);
    if (!file.write(lines.join(""))) await once(file, "drain");
  }
  file.end();
  await once(file, "close");
}
