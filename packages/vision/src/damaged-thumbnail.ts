import { sniffFormat } from "./image-format.ts";
import { sharp } from "./safe-sharp.ts";

export interface DamagedThumbnailOptions {
  /** Width and height that the picture fits into. Default 160. */
  readonly size?: number;
  /** Images with more pixels are not decoded. Default 50 million. */
  readonly maxPixels?: number;
}

/**
 * A small JPEG of what can be seen of an image, upright; undefined where nothing can. For people only: it shows as much of
 * a damaged file as the decoder finds, which features are never made of.
 */
export async function makeDamagedThumbnail(
  bytes: Uint8Array,
  { size = 160, maxPixels = 50_000_000 }: DamagedThumbnailOptions = {},
): Promise<Uint8Array | undefined> {
  if (sniffFormat(bytes) === undefined) return undefined;
  try {
    return await sharp(bytes, { limitInputPixels: maxPixels, failOn: "none", pages: 1 })
      .rotate()
      .resize(size, size, { fit: "inside", withoutEnlargement: true })
      .flatten({ background: "#ffffff" })
      .jpeg({ quality: 80 })
      .toBuffer();
  } catch {
    return undefined;
  }
}
