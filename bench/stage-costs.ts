import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  createEngine,
  createPreparer,
  type Engine,
  loadWeights,
  type PreparedImage,
  pixelLength,
  prepareImage,
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

/** Photos that go through one stage after the other. */
const groupSize = 20;

/**
 * What decoding, resampling and inferring cost in this process. A photo is decoded and resampled in one go, whose cost is
 * shared out as its time was.
 */
export async function measureStageCosts(options: StageCostsOptions): Promise<StageCosts> {
  const { photos, weights, inferBatch, limit = Number.POSITIVE_INFINITY } = options;
  const files = (await listPhotos(photos)).slice(0, limit);
  const engine = await createEngine({ engine: "onnxruntime", weights: await loadWeights(weights), threads: 1 });
  const preparer = createPreparer();
  const spent = { decode: 0, resample: 0, infer: 0 };
  // The first group warms up and does not count.
  for (let at = -groupSize; at < files.length; at += groupSize) {
    const group = files.slice(Math.max(0, at), Math.max(0, at) + groupSize);
    const bytes = await Promise.all(group.map((file) => readFile(join(photos, file))));
    const prepared: PreparedImage[] = [];
    const preparing = await cpuMs(async () => {
      for (const file of bytes) prepared.push(await prepareImage(preparer, file));
    });
    const [decodeTime, resampleTime] = [total(prepared, "decodeMs"), total(prepared, "resampleMs")];
    const decode = (preparing * decodeTime) / (decodeTime + resampleTime);
    const pixels = new Uint8Array(prepared.length * pixelLength);
    for (const [i, image] of prepared.entries()) pixels.set(image.pixels, i * pixelLength);
    const infer = await cpuMs(() => inferAll(pixels, engine, inferBatch));
    if (at < 0) continue;
    spent.decode += decode;
    spent.resample += preparing - decode;
    spent.infer += infer;
  }
  await engine.dispose();
  const { decode, resample, infer } = spent;
  return { decode: decode / files.length, resample: resample / files.length, infer: infer / files.length };
}

function total(images: readonly PreparedImage[], time: "decodeMs" | "resampleMs"): number {
  return images.reduce((sum, image) => sum + image[time], 0);
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
