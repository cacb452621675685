import { type Kernel, kernelLoader, ScratchMemory } from "@pomona/wasm";
import type { CoefficientTable } from "./coefficients.ts";
import { type PackedWeights, packColumnWeights, packRowWeights } from "./packed-weights.ts";
import type { Raster } from "./raster.ts";
import type { Passes } from "./resample-typescript.ts";

/** Exports of assembly/resample.ts. Pointers and strides in bytes. */
interface ResampleKernel extends Kernel {
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
  ): number;
}

/** Source lines go through the kernel in strips of about this many bytes, to stay in the cache and bound the memory. */
const STRIP_BYTES = 1 << 17;

// The same relative path from src (tests) and from dist.
const instantiate = kernelLoader<ResampleKernel>(new URL("../dist/resample.wasm", import.meta.url));

/** Lines of pixels in the kernel's memory. */
interface Lines {
  readonly start: number;
  /** Bytes from one line to the next. */
  readonly stride: number;
  /** Number of lines. */
  readonly count: number;
}

/**
 * The convolution of `resampleTypescript` on 128-bit vectors, byte for byte the same. One instance is for one thread;
 * its memory grows to the largest need seen: a strip of source lines, the image between the passes and the result.
 */
export function createSimdResampler(): (raster: Raster, passes: Passes) => Uint8Array {
  const kernel = instantiate();
  const packedRows = new WeakMap<CoefficientTable, PackedWeights>();
  const packedColumns = new WeakMap<CoefficientTable, PackedWeights>();
  const scratch = new ScratchMemory(kernel);
  const reserve = (bytes: number): number => scratch.reserve(bytes);

  function place(words: Int32Array): number {
    const start = reserve(words.byteLength);
    new Int32Array(scratch.buffer, start, words.length).set(words);
    return start;
  }

  /** A line's last pixel spills one byte, so these lines are padded; they come in fours. */
  function reserveResampledRows(count: number, table: CoefficientTable): Lines {
    const stride = (table.outSize * 3 + 16) & ~15;
    return { start: reserve((count + 3) * stride), stride, count };
  }

  function placeRowWeights(table: CoefficientTable) {
    const { spans, weights } = remembered(packedRows, table, packRowWeights);
    return { spans: place(spans), weights: place(weights) };
  }

  function rowsOfRaster({ width, height, data }: Raster, table: CoefficientTable): Lines {
    const { spans, weights } = placeRowWeights(table);
    const target = reserveResampledRows(height, table);
    const stride = width * 3;
    const stripLines = Math.min(Math.max(Math.floor(STRIP_BYTES / stride), 4), height + 3) & ~3;
    const strip = reserve(stripLines * stride);
    const memory = new Uint8Array(scratch.buffer);
    for (let y = 0; y < height; y += stripLines) {
      const count = Math.min(stripLines, height - y);
      memory.set(data.subarray(y * stride, (y + count) * stride), strip);
      // Lines beyond the last one, to make a multiple of 4, hold rubbish and give rubbish that nobody reads.
      const out = target.start + y * target.stride;
      kernel.resampleRows(strip, stride, (count + 3) & ~3, out, target.stride, table.outSize, spans, weights);
    }
    return target;
  }

  function rowsOfLines(source: Lines, table: CoefficientTable): Lines {
    const { spans, weights } = placeRowWeights(table);
    const target = reserveResampledRows(source.count, table);
    const count = (source.count + 3) & ~3;
    kernel.resampleRows(source.start, source.stride, count, target.start, target.stride, table.outSize, spans, weights);
    return target;
  }

  function columnsOfRaster({ width, height, data }: Raster, table: CoefficientTable): Lines {
    const { outSize, starts, counts } = table;
    const packed = remembered(packedColumns, table, packColumnWeights);
    const spans = place(packed.spans);
    let weights = place(packed.weights);
    const stride = width * 3;
    // Three lines more: the pass over rows reads them in fours.
    const target = { start: reserve((outSize + 3) * stride), stride, count: outSize };
    const stripLines = Math.max(Math.floor(STRIP_BYTES / stride), table.taps);
    // One line more: taps come in pairs.
    const strip = reserve((stripLines + 1) * stride);
    const memory = new Uint8Array(scratch.buffer);
    for (let y = 0; y < outSize; ) {
      const first = starts[y];
      let next = y + 1;
      while (next < outSize && starts[next] + counts[next] <= first + stripLines) next++;
      const last = Math.min(height, first + stripLines);
      memory.set(data.subarray(first * stride, last * stride), strip);
      // Spans count lines from the image's first one; addresses wrap around at 2^32.
      const origin = strip - first * stride;
      const out = target.start + y * stride;
      weights = kernel.resampleColumns(origin, stride, out, stride, next - y, spans + y * 8, weights);
      y = next;
    }
    return target;
  }

  function columnsOfLines(source: Lines, width: number, table: CoefficientTable): Lines {
    const { spans, weights } = remembered(packedColumns, table, packColumnWeights);
    const stride = width * 3;
    const target = { start: reserve(table.outSize * stride), stride, count: table.outSize };
    const [spansAt, weightsAt] = [place(spans), place(weights)];
    kernel.resampleColumns(source.start, source.stride, target.start, stride, table.outSize, spansAt, weightsAt);
    return target;
  }

  function convolve(raster: Raster, { horizontal, vertical, verticalFirst }: Passes): Lines | undefined {
    if (horizontal && vertical) {
      if (verticalFirst) return rowsOfLines(columnsOfRaster(raster, vertical), horizontal);
      return columnsOfLines(rowsOfRaster(raster, horizontal), horizontal.outSize, vertical);
    }
    if (horizontal) return rowsOfRaster(raster, horizontal);
    if (vertical) return columnsOfRaster(raster, vertical);
    return undefined;
  }

  return (raster, passes) => {
    scratch.clear();
    const lines = convolve(raster, passes);
    if (!lines) return raster.data.slice();
    const lineBytes = (passes.horizontal?.outSize ?? raster.width) * 3;
    return copyLines(new Uint8Array(scratch.buffer), lines, lineBytes);
  };
}

/** Takes the padding out. */
function copyLines(memory: Uint8Array, { start, stride, count }: Lines, lineBytes: number): Uint8Array {
  const out = new Uint8Array(count * lineBytes);
  for (let y = 0; y < count; y++) {
    const line = start + y * stride;
    out.set(memory.subarray(line, line + lineBytes), y * lineBytes);
  }
  return out;
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
