import { copyFile, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { drawPhotos } from "../fixtures/drawn-photos.ts";
import { photosFolder } from "./places.ts";

/**
 * Fills `folder` with `count` photos below label folders, evenly from all labels: copies of the real ones where they
 * are at hand, else drawings. Copies, since tests alter them. Returns their keys in no particular order.
 */
export async function copyPhotos(folder: string, count: number): Promise<string[]> {
  if (photosFolder === undefined) return drawPhotos(folder, { count, labels: 5, width: 320, height: 240 });
  const byLabel = await Promise.all(
    (await readdir(photosFolder)).sort().map(async (label) => {
      const names = (await readdir(join(photosFolder as string, label))).sort();
      return names.map((name) => `${label}/${name}`);
    }),
  );
  const keys = Array.from({ length: count }, (_, i) => byLabel[i % byLabel.length][Math.floor(i / byLabel.length)]);
  if (keys.includes(undefined as never)) throw new Error(`there are fewer than ${count} photos in ${photosFolder}`);
  for (const label of new Set(keys.map((key) => key.split("/")[0])))
    await mkdir(join(folder, label), { recursive: true });
  for (const key of keys) await copyFile(join(photosFolder, key), join(folder, key));
  return keys;
}
