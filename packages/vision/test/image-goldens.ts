import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import type { FilterName } from "../src/filters.ts";
import type { Raster } from "../src/raster.ts";

/** Hashes of what Pillow 13 makes of the same bytes; see test/parity/make_image_goldens.py. */
interface ImageGoldens {
  readonly photos: readonly { path: string; width: number; height: number; decoded: string; bicubic: string }[];
  readonly synthetic: readonly { width: number; height: number; filter: FilterName; resampled: string }[];
  readonly odd: readonly { file: string; width: number; height: number; decoded: string; upright: string }[];
}

const root = new URL("../../../", import.meta.url);

export const goldens = JSON.parse(
  readFileSync(new URL("packages/report/goldens/images.json", root), "utf8"),
) as ImageGoldens;

const photos = new URL("../shared/data/fruits/Test/", root);
export const photosMissing = !existsSync(photos);

export function readPhoto(path: string): Uint8Array {
  return readFileSync(new URL(path, photos));
}

export function readOdd(file: string): Uint8Array {
  return readFileSync(new URL(`test/fixtures/odd/${file}`, root));
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The high bytes of a linear congruential generator, as `noise` in test/parity/make_image_goldens.py. */
export function noiseRaster(width: number, height: number): Raster {
  const data = new Uint8Array(width * height * 3);
  let state = width * 65537 + height;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    data[i] = state >>> 24;
  }
  return { width, height, data };
}
