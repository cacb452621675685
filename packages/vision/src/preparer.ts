import { type DecodeOptions, decodeAtOnce, decodeWithSharp, requireFormat } from "./decode.ts";
import type { FilterName } from "./filters.ts";
import { createResampler } from "./resample.ts";
import { decodeWithVips } from "./resample-vips.ts";

/** `pillow`: bit for bit Pillow's `resize`; `vips`: libvips, JPEGs shrunk while decoded. */
export type ResamplerName = "pillow" | "vips";

export interface PreparerOptions extends DecodeOptions {
  /** @defaultValue "pillow" */
  readonly resampler?: ResamplerName;
  /** The filter of the `pillow` resampler. @defaultValue "bicubic" */
  readonly filter?: FilterName;
  /** Side of the square that the network takes, in pixels. @defaultValue 224 */
  readonly size?: number;
}

export interface PreparedImage {
  /** `size * size * 3` bytes, RGB. */
  readonly pixels: Uint8Array;
  /** Time from the call to the decoded pixels; with `vips` to the resized ones. */
  readonly decodeMs: number;
  /** 0 with `vips`. */
  readonly resampleMs: number;
}

/** @throws {BadImageError} where the bytes can't be read as an image */
export type Preparer = (bytes: Uint8Array) => Promise<PreparedImage>;

/** Makes the function that turns a file's bytes into the pixels that the network takes. */
export function createPreparer({
  resampler = "pillow",
  filter = "bicubic",
  size = 224,
  ...decodeOptions
}: PreparerOptions = {}): Preparer {
  if (resampler === "vips") {
    return async (bytes) => {
      const start = performance.now();
      const pixels = await decodeWithVips(bytes, { size, ...decodeOptions });
      return { pixels, decodeMs: performance.now() - start, resampleMs: 0 };
    };
  }
  const resample = createResampler({ filter, width: size, height: size });
  return async (bytes) => {
    const start = performance.now();
    const format = requireFormat(bytes);
    // Nothing may be awaited before the pixels of the first kind are used up: the next image takes their memory.
    const raster = decodeAtOnce(bytes, format, decodeOptions) ?? (await decodeWithSharp(bytes, format, decodeOptions));
    const decoded = performance.now();
    const pixels = resample(raster);
    return { pixels, decodeMs: decoded - start, resampleMs: performance.now() - decoded };
  };
}
