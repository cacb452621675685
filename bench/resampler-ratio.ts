import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createResampler, decodeImage, type Raster, type Resampler } from "@pomona/vision";
import { median } from "./median.ts";
import { listPhotos } from "./photos.ts";

/** Milliseconds to resize one photo to 224 × 224 with the SIMD kernel and with its TypeScript twin. */
export interface ResamplerTimes {
  readonly width: number;
  readonly height: number;
  readonly simdMs: number;
  readonly typescriptMs: number;
  /** How many times as fast SIMD is. */
  readonly ratio: number;
}

const rounds = 15;
/** Side of the photo that is looked for, pixels. */
const wantedSide = 850;

/** Medians of alternating calls on the photo whose longer side is nearest to 850 pixels. */
export async function measureResamplers(folder: string): Promise<ResamplerTimes> {
  const photo = await nearestPhoto(folder);
  const simd = createResampler({ kernel: "simd" });
  const typescript = createResampler({ kernel: "typescript" });
  const simdMs: number[] = [];
  const typescriptMs: number[] = [];
  for (let round = -3; round < rounds; round++) {
    const simdTook = timeOf(simd, photo);
    const typescriptTook = timeOf(typescript, photo);
    // The first rounds are for the compilers.
    if (round < 0) continue;
    simdMs.push(simdTook);
    typescriptMs.push(typescriptTook);
  }
  const [fast, slow] = [median(simdMs), median(typescriptMs)];
  return { width: photo.width, height: photo.height, simdMs: fast, typescriptMs: slow, ratio: slow / fast };
}

async function nearestPhoto(folder: string): Promise<Raster> {
  const distance = ({ width, height }: Raster): number => Math.abs(Math.max(width, height) - wantedSide);
  let nearest: Raster | undefined;
  for (const name of (await listPhotos(folder)).slice(0, 100)) {
    const raster = await decodeImage(await readFile(join(folder, name)));
    if (nearest === undefined || distance(raster) < distance(nearest)) nearest = raster;
  }
  if (nearest === undefined) throw new Error(`${folder} has no photo`);
  return nearest;
}

function timeOf(resample: Resampler, raster: Raster): number {
  const start = performance.now();
  resample(raster);
  return performance.now() - start;
}
