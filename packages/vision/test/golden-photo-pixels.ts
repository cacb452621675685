import { join } from "node:path";
import sharp from "sharp";
import { createResampler } from "../src/resample.ts";

const resample = createResampler();

/** A photo as Pillow decodes and resizes it for the network. */
export async function goldenPhotoPixels(folder: string, path: string): Promise<Uint8Array> {
  const { data, info } = await sharp(join(folder, path), { failOn: "truncated", ignoreIcc: true })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return resample({ width: info.width, height: info.height, data });
}
