import { type DecodeOptions, decodeAtOnce, decodeWithSharp, requireFormat } from "./decode.ts";
import type { FilterName } from "./filters.ts";
import type { Raster } from "./raster.ts";
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

/** Two ways from a file's bytes to the pixels that the network takes: what the first one leaves, the second one does. */
export interface Preparer {
  /** Blocks the calling thread; undefined where libvips has to look at the bytes. @throws {BadImageError} */
  prepareAtOnce(bytes: Uint8Array): PreparedImage | undefined;
  /** Decodes on libvips' threads. @throws {BadImageError} where the bytes can't be read as an image */
  prepareByVips(bytes: Uint8Array): Promise<PreparedImage>;
}

/** @throws {BadImageError} where the bytes can't be read as an image */
export async function prepareImage(preparer: Preparer, bytes: Uint8Array): Promise<PreparedImage> {
  return preparer.prepareAtOnce(bytes) ?? preparer.prepareByVips(bytes);
}

/** One preparer is for one thread. */
export function createPreparer({
  resampler = "pillow",
  filter = "bicubic",
  size = 224,
  ...decodeOptions
}: PreparerOptions = {}): Preparer {
  if (resampler === "vips") {
    return {
      prepareAtOnce: () => undefined,
      async prepareByVips(bytes) {
        const start = performance.now();
        const pixels = await decodeWithVips(bytes, { size, ...decodeOptions });
        return { pixels, decodeMs: performance.now() - start, resampleMs: 0 };
      },
    };
  }
  const resample = createResampler({ filter, width: size, height: size });
  function resized(raster: Raster, start: number): PreparedImage {
    const decoded = performance.now();
    const pixels = resample(raster);
    return { pixels, decodeMs: decoded - start, resampleMs: performance.now() - decoded };
  }
  return {
    prepareAtOnce(bytes) {
      const start = performance.now();
      // The next image takes the memory of this one's pixels, so nothing may be awaited before they are used up.
      const raster = decodeAtOnce(bytes, requireFormat(bytes), decodeOptions);
      return raster && resized(raster, start);
    },
    async prepareByVips(bytes) {
      const start = performance.now();
      return resized(await decodeWithSharp(bytes, requireFormat(bytes), decodeOptions), start);
    },
  };
}
