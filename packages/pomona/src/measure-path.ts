import { readFile } from "node:fs/promises";
import {
  createEngine,
  createResampler,
  decodeImage,
  type EngineName,
  pixelLength,
  untrainedWeights,
} from "@pomona/vision";
import { drawFruitJpeg } from "./demo-photos.ts";
import { fruitKinds } from "./fruit-kinds.ts";
import { findSamplePhotos, listSamplePhotos } from "./sample-photos.ts";

/** Processor time of the way from a file's bytes to its features, all threads together, in milliseconds an image. */
export interface MeasuredPath {
  readonly decodeMs: number;
  readonly resampleMs: number;
  readonly inferMs: number;
  /** Sum of the three. */
  readonly cpuMs: number;
  /** Wall time of the three one after the other. */
  readonly wallMs: number;
  readonly engine: EngineName;
  readonly images: number;
  /** "sample photos" or "drawings", and how large they are on average. */
  readonly what: "sample photos" | "drawings";
  readonly meanPixels: number;
  readonly meanBytes: number;
}

export interface MeasureOptions {
  readonly cwd: string;
  readonly engine: EngineName;
  /** How long to measure, default 1.5 s. */
  readonly seconds?: number;
  readonly signal?: AbortSignal | undefined;
}

const inferBatch = 8;

/**
 * Takes batches of images through decoding, resampling and the network, on one thread each, for some time. The network
 * has random weights: its time does not depend on them.
 */
export async function measurePath({ cwd, engine: name, seconds = 1.5, signal }: MeasureOptions): Promise<MeasuredPath> {
  const { what, files } = await sampleFiles(cwd);
  const engine = await createEngine({ engine: name, weights: untrainedWeights(), threads: 1 });
  const resample = createResampler();
  const pixels = new Uint8Array(inferBatch * pixelLength);
  const cpu = { decode: 0, resample: 0, infer: 0 };
  let [images, area, bytes] = [0, 0, 0];
  async function batch(): Promise<void> {
    for (let i = 0; i < inferBatch; i++) {
      const file = files[images++ % files.length] as Uint8Array;
      let before = process.cpuUsage();
      const raster = await decodeImage(file);
      cpu.decode += cpuMsSince(before);
      before = process.cpuUsage();
      pixels.set(resample(raster), i * pixelLength);
      cpu.resample += cpuMsSince(before);
      area += raster.width * raster.height;
      bytes += file.length;
    }
    const before = process.cpuUsage();
    await engine.inferBatch(pixels, inferBatch);
    cpu.infer += cpuMsSince(before);
  }
  try {
    // The first batch compiles and allocates; it is no measure of the others.
    await batch();
    Object.assign(cpu, { decode: 0, resample: 0, infer: 0 });
    [images, area, bytes] = [0, 0, 0];
    const start = performance.now();
    while (performance.now() - start < seconds * 1000) {
      signal?.throwIfAborted();
      await batch();
    }
    const wallMs = (performance.now() - start) / images;
    const [decodeMs, resampleMs, inferMs] = [cpu.decode / images, cpu.resample / images, cpu.infer / images];
    return {
      decodeMs,
      resampleMs,
      inferMs,
      cpuMs: decodeMs + resampleMs + inferMs,
      wallMs,
      engine: name,
      images,
      what,
      meanPixels: area / images,
      meanBytes: bytes / images,
    };
  } finally {
    await engine.dispose();
  }
}

async function sampleFiles(cwd: string): Promise<{ what: MeasuredPath["what"]; files: Uint8Array[] }> {
  const folder = await findSamplePhotos(cwd);
  if (folder !== undefined) {
    const paths = await listSamplePhotos(folder, 40);
    return { what: "sample photos", files: await Promise.all(paths.map((path) => readFile(path))) };
  }
  const kinds = Object.keys(fruitKinds);
  const drawings = Array.from({ length: 20 }, (_, i) => drawFruitJpeg(kinds[i % kinds.length] as string, i));
  return { what: "drawings", files: await Promise.all(drawings) };
}

/** Milliseconds of processor time, by all threads of this process, in user code and in the system. */
function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
