import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";

/** Where the sample photos are, seen from the working folder. */
export const samplePhotosFolder = "../shared/data/fruits/Test";

/** The absolute folder of the sample photos; undefined where there are none. */
export async function findSamplePhotos(cwd: string): Promise<string | undefined> {
  const folder = resolve(cwd, samplePhotosFolder);
  const photos = await listSamplePhotos(folder, 1).catch(() => []);
  return photos.length > 0 ? folder : undefined;
}

/** Up to `limit` JPEGs from the folders in `folder`, taken from all of these in turn. */
export async function listSamplePhotos(folder: string, limit: number): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const labels = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
  const byLabel = await Promise.all(
    labels.map(async (label) =>
      (await readdir(label)).filter((name) => /\.jpe?g$/i.test(name)).map((name) => join(label, name)),
    ),
  );
  const longest = Math.max(0, ...byLabel.map((files) => files.length));
  const turns = Array.from({ length: longest }, (_, i) => byLabel.flatMap((files) => files[i] ?? []));
  return turns.flat().slice(0, limit);
}
