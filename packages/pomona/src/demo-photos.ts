import { encodeJpeg } from "@pomona/vision";
import { drawFruitPicture } from "./draw-fruit.ts";
import { fruitKinds } from "./fruit-kinds.ts";

export interface DrawFruitOptions {
  /** Pictures of each of the five kinds, default 60. */
  readonly perLabel?: number;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Files that are encoded and written while the next picture is drawn. */
const inFlight = 8;

/**
 * Draws pictures of fruit as `<kind>/<kind>_<number>.jpg`, 200 to 300 pixels a side, the same at every call.
 *
 * @param write takes the bytes of a picture, several at a time
 * @returns how many there are
 */
export async function drawFruit(
  write: (key: string, jpeg: Uint8Array) => Promise<void>,
  { perLabel = 60, onProgress = () => {}, signal }: DrawFruitOptions = {},
): Promise<number> {
  const kinds = Object.keys(fruitKinds);
  const total = kinds.length * perLabel;
  const writing = new Set<Promise<void>>();
  let done = 0;
  for (const kind of kinds) {
    for (let i = 0; i < perLabel; i++) {
      signal?.throwIfAborted();
      const key = `${kind}/${kind}_${String(i + 1).padStart(3, "0")}.jpg`;
      const written = drawFruitJpeg(kind, i)
        .then((bytes) => write(key, bytes))
        .then(() => {
          writing.delete(written);
          done += 1;
          onProgress(done, total);
        });
      writing.add(written);
      if (writing.size >= inFlight) await Promise.race(writing);
    }
  }
  await Promise.all(writing);
  return total;
}

/** The JPEG of picture `i` of a kind. */
export async function drawFruitJpeg(kind: string, i: number): Promise<Uint8Array> {
  const seed = Object.keys(fruitKinds).indexOf(kind) * 100_003 + i;
  return encodeJpeg(drawFruitPicture(kind, seed), { quality: 88 });
}
