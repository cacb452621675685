import { readFileSync } from "node:fs";
import type { CoefficientTable } from "./coefficients.ts";
import { type PackedWeights, packColumnWeights, packRowWeights } from "./packed-weights.ts";
import type { Raster } from "./raster.ts";
import type { Passes } from "./resample-typescript.ts";
import { compileWasm, instantiateWasm, type WasmMemory, type WasmModule } from "./webassembly.ts";

/** Exports of assembly/resample.ts. Pointers and strides in bytes. */
interface Kernel {
  readonly memory: WasmMemory;
  resampleRows(
    source: number,
    sourceStride: number,
    rows: number,
    target: number,
    targetStride: number,
    width: number,
    spans: number,
    weights: number,
  ): void;
  resampleColumns(
    source: number,
    sourceStride: number,
    target: number,
    width: number,
    height: number,
    spans: number,
    weights: number,
  ): void;
}

/** The kernel's vectors reach past the end of what they read and write, and its taps come in groups of 4. */
const SLACK = 64;
/** Source lines go through the kernel in strips of about this many bytes, to stay in the cache and bound the memory. */
const STRIP_BYTES = 1 << 17;
const PAGE_BYTES = 1 << 16;
/** Below it lies what the compiler may place. */
const FIRST_FREE = 1 << 12;

let compiled: WasmModule | undefined;

function instantiate(): Kernel {
  // The same relative path from src (tests) and from dist.
  compiled ??= compileWasm(readFileSync(new URL("../dist/resample.wasm", import.meta.url)));
  return instantiateWasm<Kernel>(compiled);
}

/**
 * The convolution of `resampleTypescript` on 128-bit vectors, byte for byte the same. One instance is for one thread;
 * its memory grows to the largest image seen: a strip, the image between the passes (about
 * `height * 3 * target width` bytes) and the result.
 */
export function createSimdResampler(): (raster: Raster, passes: Passes) => Uint8Array {
  const kernel = instantiate();
  const packedRows = new WeakMap<CoefficientTable, PackedWeights>();
  const packedColumns = new WeakMap<CoefficientTable, PackedWeights>();
  let end = FIRST_FREE;

  function reserve(bytes: number): number {
    const start = end;
    end = (start + bytes + SLACK + 15) & ~15;
    const missing = end - kernel.memory.buffer.byteLength;
    if (missing > 0) kernel.memory.grow(Math.ceil(missing / PAGE_BYTES));
    return start;
  }

  function place(words: Int32Array): number {
    const start = reserve(words.byteLength);
    new Int32Array(kernel.memory.buffer, start, words.length).set(words);
    return start;
  }

  /** Leaves the resampled lines at `target`, `targetStride` bytes apart. */
  function runRows(
    { width, height, data }: Raster,
    table: CoefficientTable,
    target: number,
    targetStride: number,
  ): void {
    const { spans, weights } = remembered(packedRows, table, packRowWeights);
    const spansAt = place(spans);
    const weightsAt = place(weights);
    const stride = width * 3;
    const stripRows = Math.min(Math.max(Math.floor(STRIP_BYTES / stride), 4), height + 3) & ~3;
    const strip = reserve(stripRows * stride);
    const memory = new Uint8Array(kernel.memory.buffer);
    for (let y = 0; y < height; y += stripRows) {
      const rows = Math.min(stripRows, height - y);
      memory.set(data.subarray(y * stride, (y + rows) * stride), strip);
      // Rows beyond the last one, to make a multiple of 4, hold rubbish and give rubbish that nobody reads.
      const out = target + y * targetStride;
      kernel.resampleRows(strip, stride, (rows + 3) & ~3, out, targetStride, table.outSize, spansAt, weightsAt);
    }
  }

  return (raster, { horizontal, vertical }) => {
    end = FIRST_FREE;
    const width = horizontal?.outSize ?? raster.width;
    const lineBytes = width * 3;
    if (!horizontal && !vertical) return raster.data.slice();

    // A line's last pixel spills one byte, so resampled lines are padded.
    const stride = horizontal ? (lineBytes + 16) & ~15 : lineBytes;
    const lines = reserve((raster.height + 4) * stride);
    if (horizontal) runRows(raster, horizontal, lines, stride);
    else new Uint8Array(kernel.memory.buffer).set(raster.data, lines);

    if (!vertical) {
      const memory = new Uint8Array(kernel.memory.buffer);
      const out = new Uint8Array(lineBytes * raster.height);
      for (let y = 0; y < raster.height; y++) {
        const line = lines + y * stride;
        out.set(memory.subarray(line, line + lineBytes), y * lineBytes);
      }
      return out;
    }
    const { spans, weights } = remembered(packedColumns, vertical, packColumnWeights);
    const spansAt = place(spans);
    const weightsAt = place(weights);
    const result = reserve(lineBytes * vertical.outSize);
    kernel.resampleColumns(lines, stride, result, lineBytes, vertical.outSize, spansAt, weightsAt);
    return new Uint8Array(kernel.memory.buffer).slice(result, result + lineBytes * vertical.outSize);
  };
}

function remembered(
  cache: WeakMap<CoefficientTable, PackedWeights>,
  table: CoefficientTable,
  pack: (table: CoefficientTable) => PackedWeights,
): PackedWeights {
  const packed = cache.get(table) ?? pack(table);
  cache.set(table, packed);
  return packed;
}
