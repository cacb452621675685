import { BoundedCache } from "./bounded-cache.ts";
import { type CoefficientTable, computeCoefficients } from "./coefficients.ts";
import type { FilterName } from "./filters.ts";
import type { Raster } from "./raster.ts";
import { resampleNearest } from "./resample-nearest.ts";
import { createSimdResampler } from "./resample-simd.ts";
import { type Passes, resampleTypescript } from "./resample-typescript.ts";

/** Tables kept for each resampler: photos of one camera share a few sizes; a table of a 850 px line takes 17 kB. */
const TABLES_KEPT = 64;

export interface ResamplerOptions {
  /** @defaultValue "bicubic" */
  readonly filter?: FilterName;
  /** Pixels. @defaultValue 224 */
  readonly width?: number;
  /** Pixels. @defaultValue 224 */
  readonly height?: number;
  /** What computes; the bytes are the same. @defaultValue "simd" */
  readonly kernel?: "simd" | "typescript";
}

/** @returns `width * height * 3` bytes, RGB, that nobody else holds */
export type Resampler = (raster: Raster) => Uint8Array;

/**
 * Makes a function that resizes an image to `width` x `height` whatever its aspect, bit for bit as Pillow 13's
 * `Image.resize((width, height), filter)`.
 */
export function createResampler({
  filter = "bicubic",
  width = 224,
  height = 224,
  kernel = "simd",
}: ResamplerOptions = {}): Resampler {
  if (filter === "nearest") return (raster) => resampleNearest(raster, width, height);
  const convolution = filter;
  const cache = new BoundedCache<CoefficientTable>(TABLES_KEPT);
  const convolve: (raster: Raster, passes: Passes) => Uint8Array =
    kernel === "simd" ? createSimdResampler() : resampleTypescript;
  function table(inSize: number, outSize: number): CoefficientTable | undefined {
    if (inSize === outSize) return undefined;
    return cache.get(`${inSize}:${outSize}`, () => computeCoefficients(inSize, outSize, convolution));
  }
  return (raster) =>
    convolve(raster, {
      horizontal: table(raster.width, width),
      vertical: table(raster.height, height),
      verticalFirst: isVerticalFirst(raster, width, height),
    });
}

/** Pillow 13's rule (`ImagingResampleInner`); up to Pillow 12 the horizontal pass was always the first one. */
function isVerticalFirst(raster: Raster, width: number, height: number): boolean {
  const lost = raster.height - height;
  return lost > 0 && lost > (raster.width - width) * 2;
}
