import type { Raster } from "./raster.ts";
import { sharp } from "./safe-sharp.ts";

/** A baseline JPEG of the pixels; `quality` from 1 to 100. */
export async function encodeJpeg({ width, height, data }: Raster, { quality = 90 } = {}): Promise<Uint8Array> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality })
    .toBuffer();
}
