import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  createEngine,
  createResampler,
  decodeImage,
  type Engine,
  loadWeights,
  pixelLength,
  type Raster,
  type Resampler,
} from "@pomona/vision";
import { listPhotos } from "./photos.ts";

/** CPU-milliseconds per image, user and system, over all threads of the process. */
export interface StageCosts {
  readonly decode: number;
  readonly resample: number;
  readonly infer: number;
}

export interface StageCostsOptions {
  readonly photos: string;
  readonly weights: string;
  /** Images per call of the engine. */
  readonly inferBatch: number;
  /** Photos to pass through the stages. */
  readonly limit?: number;
}

/** Decoded photos in memory at a time, 2 MB each. */
const groupSize = 20;

/** What decoding, resampling and inferring cost in this process, one stage after another on groups of photos. */
export async function measureStageCosts(options: StageCostsOptions): Promise<StageCosts> {
  const { photos, weights, inferBatch, limit = Number.POSITIVE_INFINITY } = options;
  const files = (await listPhotos(photos)).slice(0, limit);
  const engine = await createEngine({ engine: "onnxruntime", weights: await loadWeights(weights), threads: 1 });
  const resample = createResampler();
  const spent = { decode: 0, resample: 0, infer: 0 };
  // The first group warms up and does not count.
  for (let at = -groupSize; at < files.length; at += groupSize) {
    const group = files.slice(Math.max(0, at), Math.max(0, at) + groupSize);
    const bytes = await Promise.all(group.map((file) => readFile(join(photos, file))));
    const rasters: Raster[] = [];
    const decode = await cpuMs(async () => {
      for (const file of bytes) rasters.push(await decodeImage(file));
    });
    let pixels = new Uint8Array();
    const resampled = await cpuMs(() => {
      pixels = resampleAll(rasters, resample);
    });
    const infer = await cpuMs(() => inferAll(pixels, engine, inferBatch));
    if (at < 0) continue;
    spent.decode += decode;
    spent.resample += resampled;
    spent.infer += infer;
  }
  await engine.dispose();
  const { decode, resample: resampled, infer } = spent;
  return { decode: decode / files.length, resample: resampled / files.length, infer: infer / files.length };
}

function resampleAll(rasters: readonly Raster[], resample: Resampler): Uint8Array<ArrayBuffer> {
  const pixels = new Uint8Array(rasters.length * pixelLength);
  for (const [i, raster] of rasters.entries()) pixels.set(resample(raster), i * pixelLength);
  return pixels;
}

async function inferAll(pixels: Uint8Array, engine: Engine, inferBatch: number): Promise<void> {
  const images = pixels.length / pixelLength;
  for (let from = 0; from < images; from += inferBatch) {
    const to = Math.min(images, from + inferBatch);
    await engine.inferBatch(pixels.subarray(from * pixelLength, to * pixelLength), to - from);
  }
}

async function cpuMs(work: () => void | Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
