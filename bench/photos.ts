import { copyFile, link, mkdir, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Photos that are part of no clone: 300 of about 850 px, in five folders. */
export const defaultPhotos = "../shared/data/fruits/Test";

/** All JPEGs below a folder, as paths relative to it, in a fixed order. */
export async function listPhotos(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const photos = names.filter((name) => /\.jpe?g$/i.test(name)).sort();
  if (photos.length === 0) throw new Error(`${folder} has no JPEGs; give another folder with --photos DIR`);
  return photos;
}

/**
 * `images` files below `target`: the photos again and again, each time below another folder (`0/apple/a.jpg`,
 * `1/apple/a.jpg`), so that they keep their labels; linked where the file system can.
 */
export async function multiplyPhotos(source: string, target: string, images: number): Promise<void> {
  const photos = await listPhotos(source);
  for (let i = 0; i < images; i++) {
    const photo = photos[i % photos.length];
    const to = join(target, String(Math.floor(i / photos.length)), photo);
    await mkdir(dirname(to), { recursive: true });
    const from = join(source, photo);
    // Another file system, or one without links.
    await link(from, to).catch(() => copyFile(from, to));
  }
}
