import { type Kernel, kernelLoader } from "@pomona/wasm";
import { type JpegPlan, planJpeg } from "./jpeg-plan.ts";
import type { Raster } from "./raster.ts";

/** Exports of assembly/jpeg.ts. Pointers in bytes. */
interface JpegKernel extends Kernel {
  reserveFile(bytes: number): number;
  setQuantisation(component: number, table: number): void;
  buildHuffmanTable(slot: number, counts: number, largest: number): number;
  setTables(component: number, dc: number, ac: number): void;
  decode(
    scan: number,
    end: number,
    width: number,
    height: number,
    horizontal: number,
    vertical: number,
    restartInterval: number,
  ): number;
}

/** The memory holds a whole image and never shrinks. sharp reads larger ones in strips: there the way to it matters little. */
const MOST_PIXELS = 16_000_000;
/** The memory holds the file too. */
const MOST_BYTES = 32_000_000;

/**
 * Decodes a JPEG that is baseline, of three components and in every respect as it should be, at once on the calling
 * thread. Of anything else it says undefined, and of what it isn't sure of.
 *
 * @returns what `decodeImage` gives for the same bytes, byte for byte; `data` is valid until the next call
 */
export type BaselineJpegDecoder = (bytes: Uint8Array, options: { readonly maxPixels: number }) => Raster | undefined;

/** Of DC, by baseline's sizes (ITU T.81 F.1.2.1). */
const LARGEST_DIFFERENCE = 2047;
/** Dequantised; see assembly/jpeg-blocks.ts. */
const LARGEST_COEFFICIENT = 8191;

// The same relative path from src (tests) and from dist.
const instantiate = kernelLoader<JpegKernel>(new URL("../dist/jpeg.wasm", import.meta.url));

/**
 * Makes a decoder for one thread. Its memory grows to the largest need seen: the file twice and the image, 3 bytes a
 * pixel.
 */
export function createBaselineJpegDecoder(): BaselineJpegDecoder {
  const kernel = instantiate();
  return (bytes, { maxPixels }) => {
    if (bytes.length > MOST_BYTES) return undefined;
    const plan = planJpeg(bytes);
    if (!plan) return undefined;
    const { width, height } = plan;
    if (!(width * height <= Math.min(maxPixels, MOST_PIXELS))) return undefined;
    const start = kernel.reserveFile(bytes.length);
    if (start === 0) return undefined;
    new Uint8Array(kernel.memory.buffer).set(bytes, start);
    if (!placeTables(kernel, plan, start)) return undefined;
    const { scan, horizontal, vertical, restartInterval } = plan;
    const end = start + bytes.length;
    const image = kernel.decode(start + scan, end, width, height, horizontal, vertical, restartInterval);
    if (image === 0) return undefined;
    return { width, height, data: new Uint8Array(kernel.memory.buffer, image, width * height * 3) };
  };
}

/** Builds each table once; false where one is no Huffman code. */
function placeTables(kernel: JpegKernel, { components }: JpegPlan, start: number): boolean {
  components.forEach(({ quantisation, dc, ac }, i) => {
    kernel.setQuantisation(i, start + quantisation);
    kernel.setTables(i, dc.slot, ac.slot);
  });
  const file = new Uint8Array(kernel.memory.buffer, start);
  const quantiser = Math.max(1, ...components.flatMap(({ quantisation: at }) => [...file.subarray(at, at + 64)]));
  const places = new Set(components.flatMap(({ dc, ac }) => [dc, ac]));
  return [...places].every(({ slot, counts }) => {
    const largest = slot < 4 ? LARGEST_DIFFERENCE : Math.floor(LARGEST_COEFFICIENT / quantiser);
    return kernel.buildHuffmanTable(slot, start + counts, largest) !== 0;
  });
}
