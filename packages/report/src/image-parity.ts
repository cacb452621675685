import { createHash } from "node:crypto";
import type { ObjectStore } from "@pomona/core";
import { createResampler, decodeImage, filterNames } from "@pomona/vision";
import type { ImageGoldens } from "./goldens.ts";
import { noise } from "./noise.ts";
import { type ParityLine, parityLine } from "./parity-report.ts";

/** Pixels of the golden photos by path, as this build prepares them, and how they compare with Pillow's. */
export interface PhotoParity {
  readonly lines: readonly ParityLine[];
  readonly pixels: ReadonlyMap<string, Uint8Array>;
  /** Golden photos that the folder does not hold. */
  readonly missing: readonly string[];
}

/** Decodes and resizes the golden photos that are there. */
export async function comparePhotos(photos: ObjectStore, { photos: goldens }: ImageGoldens): Promise<PhotoParity> {
  const resample = createResampler();
  const pixels = new Map<string, Uint8Array>();
  const missing: string[] = [];
  const decoded: string[] = [];
  const resampled: string[] = [];
  for (const golden of goldens) {
    if ((await photos.stat(golden.path)) === undefined) {
      missing.push(golden.path);
      continue;
    }
    const raster = await decodeImage(await photos.get(golden.path));
    const resized = resample(raster);
    if (sha256(raster.data) !== golden.decoded) decoded.push(golden.path);
    if (sha256(resized) !== golden.bicubic) resampled.push(golden.path);
    pixels.set(golden.path, resized);
  }
  if (pixels.size === 0) return { lines: [], pixels, missing };
  const lines = [
    bytesLine("decode", "photos", decoded, pixels.size),
    bytesLine("resample", "photos, bicubic", resampled, pixels.size),
  ];
  return { lines, pixels, missing };
}

/** Resizes noise of odd sizes with every filter. */
export function compareResampling({ synthetic }: ImageGoldens): ParityLine[] {
  return filterNames.map((filter) => {
    const goldens = synthetic.filter((golden) => golden.filter === filter);
    const resample = createResampler({ filter });
    const different = goldens
      .filter(({ width, height, resampled }) => {
        const data = noise(width * 65537 + height, width * height * 3);
        return sha256(resample({ width, height, data })) !== resampled;
      })
      .map(({ width, height }) => `${width}×${height}`);
    return bytesLine("resample", `synthetic, ${filter}`, different, goldens.length);
  });
}

/** Decodes the odd files of the repository: profiles, progressive, CMYK, 16 bits… */
export async function compareOddFiles(files: ObjectStore, { odd }: ImageGoldens): Promise<ParityLine[]> {
  const decoded: string[] = [];
  const upright: string[] = [];
  for (const golden of odd) {
    const bytes = await files.get(golden.file);
    if (sha256((await decodeImage(bytes)).data) !== golden.decoded) decoded.push(golden.file);
    if (sha256((await decodeImage(bytes, { exifRotate: true })).data) !== golden.upright) upright.push(golden.file);
  }
  return [
    bytesLine("decode", "odd files", decoded, odd.length),
    bytesLine("decode", "odd files, upright", upright, odd.length),
  ];
}

function bytesLine(stage: "decode" | "resample", what: string, different: readonly string[], of: number): ParityLine {
  const detail =
    different.length === 0 ? `${of} images, byte for byte` : `of ${of}: ${different.slice(0, 3).join(", ")}`;
  return parityLine({ stage, what, difference: different.length, tolerance: 0, detail });
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
