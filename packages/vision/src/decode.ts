import type { Sharp, SharpOptions } from "sharp";
import { BadImageError } from "./bad-image.ts";
import { type BaselineJpegDecoder, createBaselineJpegDecoder } from "./baseline-jpeg.ts";
import { cmykToRgb } from "./cmyk.ts";
import { decodeFailure } from "./decode-failure.ts";
import { describeContent, type ImageFormat, sniffFormat } from "./image-format.ts";
import { jpegComponents } from "./jpeg-components.ts";
import type { Raster } from "./raster.ts";
import { retryAlone } from "./retry-alone.ts";
import { sharp } from "./safe-sharp.ts";

const MAX_PIXELS = 50_000_000;
/** Longest side of an image: that of JPEG and GIF. It bounds the memory between the passes of the resampler. */
const MAX_SIDE = 65_535;

export interface DecodeOptions {
  /** More pixels than this are refused before any is decoded. @defaultValue 50,000,000 */
  readonly maxPixels?: number;
  /** Turn the image upright as its EXIF orientation says. @defaultValue false */
  readonly exifRotate?: boolean;
}

/**
 * Decodes a JPEG, PNG, WebP, GIF or TIFF (by content, whatever its name) as Pillow's
 * `Image.open(f).convert("RGB")` does: grey is replicated, alpha dropped and not blended, palettes expanded, CMYK
 * converted by Pillow's formula, colour profiles ignored, the first frame of an animation or first page taken.
 *
 * Recorded deviations: 16-bit grey is scaled by >> 8 (Pillow saturates); a GIF's transparent pixels are black (Pillow
 * shows the palette's colour); a JPEG whose damage leads to a wrong but complete picture is always read (Pillow refuses
 * some of them).
 *
 * @throws {BadImageError} where the bytes are at fault; any other error is the machine's, such as want of memory
 */
export async function decodeImage(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Raster> {
  const format = requireFormat(bytes);
  const raster = decodeAtOnce(bytes, format, options);
  if (raster) return { ...raster, data: raster.data.slice() };
  return await decodeWithSharp(bytes, format, options);
}

let baselineJpegDecoder: BaselineJpegDecoder | undefined;

/**
 * The same, at once on the calling thread, for the commonest kind: sound baseline JPEGs. libvips gives the same bytes,
 * but spends as long again on passing them between threads.
 *
 * @returns undefined for all that {@link decodeWithSharp} has to look at; `data` is valid until the next call
 */
export function decodeAtOnce(
  bytes: Uint8Array,
  format: ImageFormat,
  { maxPixels = MAX_PIXELS, exifRotate = false }: DecodeOptions,
): Raster | undefined {
  if (format !== "jpeg" || exifRotate) return undefined;
  baselineJpegDecoder ??= createBaselineJpegDecoder();
  return baselineJpegDecoder(bytes, { maxPixels });
}

/** `decodeImage` for every format. */
export async function decodeWithSharp(bytes: Uint8Array, format: ImageFormat, options: DecodeOptions): Promise<Raster> {
  try {
    return await retryAlone(async () => {
      const cmyk = await isCmyk(bytes, format, options);
      return readRaster(openImage(bytes, format, options), cmyk);
    });
  } catch (error) {
    throw decodeFailure(error, bytes);
  }
}

/** @throws {BadImageError} `empty` or `not-an-image` */
export function requireFormat(bytes: Uint8Array): ImageFormat {
  if (bytes.length === 0) throw new BadImageError("empty", "the file has no bytes");
  const format = sniffFormat(bytes);
  if (!format) throw new BadImageError("not-an-image", describeContent(bytes));
  return format;
}

/** A pipeline over the bytes that has not read them yet. */
export function openImage(
  bytes: Uint8Array,
  format: ImageFormat,
  { maxPixels = MAX_PIXELS, exifRotate = false }: DecodeOptions,
): Sharp {
  const options: SharpOptions = {
    // As strict as Pillow: "warning" refuses JPEGs with extraneous bytes; of TIFFs, "truncated" reads cut ones as black.
    failOn: format === "tiff" ? "error" : "truncated",
    ignoreIcc: true,
    limitInputPixels: maxPixels,
    autoOrient: exifRotate,
  };
  return sharp(bytes, options);
}

/** Runs the pipeline to RGB bytes; errors are as sharp throws them. */
export async function readRaster(pipeline: Sharp, cmyk = false): Promise<Raster> {
  const colours = cmyk
    ? pipeline.pipelineColourspace("cmyk").toColourspace("cmyk")
    : pipeline.removeAlpha().toColourspace("srgb");
  const { data, info } = await colours.raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels !== (cmyk ? 4 : 3)) throw new BadImageError("corrupt", `${channels} colour channels`);
  return { width, height, data: cmyk ? cmykToRgb(data) : data };
}

/** Looks into the header where the format allows CMYK, or sides beyond `MAX_SIDE`. */
async function isCmyk(bytes: Uint8Array, format: ImageFormat, options: DecodeOptions): Promise<boolean> {
  if (format === "jpeg") return jpegComponents(bytes) === 4;
  if (format !== "png" && format !== "tiff") return false;
  const { width, height, space } = await openImage(bytes, format, options).metadata();
  if (width > MAX_SIDE || height > MAX_SIDE) {
    throw new BadImageError("too-many-pixels", `${width} x ${height} pixels, sides may have ${MAX_SIDE}`);
  }
  return space === "cmyk";
}
