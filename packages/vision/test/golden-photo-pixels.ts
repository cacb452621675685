import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeImage } from "../src/decode.ts";
import { createResampler } from "../src/resample.ts";

const resample = createResampler();

/** A photo as Pillow decodes and resizes it for the network. */
export async function goldenPhotoPixels(folder: string, path: string): Promise<Uint8Array> {
  return resample(await decodeImage(await readFile(join(folder, path))));
}
