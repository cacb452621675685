import { type DecodeOptions, decodeImage, openImage, readRaster, requireFormat } from "./decode.ts";
import { decodeFailure } from "./decode-failure.ts";
import { jpegComponents } from "./jpeg-components.ts";
import { retryAlone } from "./retry-alone.ts";
import { sharp } from "./safe-sharp.ts";

/**
 * Decodes and resizes to `size` x `size` with libvips, whatever the aspect: JPEGs shrink while they are decoded. Close
 * to Pillow's pixels, not equal to them.
 *
 * @returns `size * size * 3` bytes, RGB
 * @throws {BadImageError} as `decodeImage`
 */
export async function decodeWithVips(
  bytes: Uint8Array,
  { size = 224, ...options }: DecodeOptions & { readonly size?: number } = {},
): Promise<Uint8Array> {
  const format = requireFormat(bytes);
  const resize = { fit: "fill", kernel: "cubic" } as const;
  if (format === "jpeg" && jpegComponents(bytes) !== 4) {
    try {
      const { data } = await retryAlone(() => readRaster(openImage(bytes, format, options).resize(size, size, resize)));
      return data;
    } catch (error) {
      throw decodeFailure(error, bytes);
    }
  }
  // libvips weighs pixels by their alpha when it resizes, so alpha is dropped first.
  const { width, height, data } = await decodeImage(bytes, options);
  const raw = { width, height, channels: 3 } as const;
  const resized = await readRaster(sharp(data, { raw, limitInputPixels: false }).resize(size, size, resize));
  return resized.data;
}
