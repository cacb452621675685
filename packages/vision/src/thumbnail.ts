import { type DecodeOptions, openImage, requireFormat } from "./decode.ts";
import { decodeFailure } from "./decode-failure.ts";

export interface ThumbnailOptions extends DecodeOptions {
  /** Longest side in pixels. @defaultValue 96 */
  readonly side?: number;
}

/**
 * A small WebP of an image, whole and not distorted. JPEGs are shrunk while they are read. For looking at only: colours
 * of CMYK files are libvips', not Pillow's.
 *
 * @throws {BadImageError} where the bytes can't be read as an image
 */
export async function makeThumbnail(
  bytes: Uint8Array,
  { side = 96, ...decodeOptions }: ThumbnailOptions = {},
): Promise<Uint8Array> {
  const format = requireFormat(bytes);
  try {
    return await openImage(bytes, format, decodeOptions)
      .toColourspace("srgb")
      .flatten({ background: "#ffffff" })
      .resize({ width: side, height: side, fit: "inside", withoutEnlargement: true })
      .webp({ quality: 72 })
      .toBuffer();
  } catch (error) {
    throw decodeFailure(error, bytes);
  }
}
