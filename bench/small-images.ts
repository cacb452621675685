import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";

const side = 64;
const imagesPerFolder = 1000;
const atOnce = 16;

/** `images` different JPEGs of 64 × 64 pixels below `target`, the same on every call. */
export async function writeSmallImages(target: string, images: number): Promise<void> {
  for (let from = 0; from < images; from += imagesPerFolder) await mkdir(folderOf(target, from), { recursive: true });
  let next = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < images) await writeSmallImage(target, next++);
    }),
  );
}

async function writeSmallImage(target: string, image: number): Promise<void> {
  const name = `${String(image).padStart(7, "0")}.jpg`;
  const jpeg = await sharp(drawStripes(image), { raw: { width: side, height: side, channels: 3 } })
    .jpeg()
    .toBuffer();
  await writeFile(join(folderOf(target, image), name), jpeg);
}

/** Waves whose direction, length and colour come from the number: no two images alike, so no feature is constant. */
function drawStripes(image: number): Uint8Array {
  const pixels = new Uint8Array(side * side * 3);
  const [dx, dy, tint] = [((image * 7) % 31) / 40, ((image * 13) % 37) / 50, (image * 29) % 200];
  for (let y = 0, at = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const wave = 127 + 120 * Math.sin(x * dx + y * dy + image);
      pixels[at++] = wave;
      pixels[at++] = (wave + tint) / 2;
      pixels[at++] = 255 - tint;
    }
  }
  return pixels;
}

function folderOf(target: string, image: number): string {
  return join(target, `class-${Math.floor(image / imagesPerFolder)}`);
}
