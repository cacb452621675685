import { type CoefficientTable, PRECISION_BITS } from "./coefficients.ts";
import type { Raster } from "./raster.ts";

const HALF = 1 << (PRECISION_BITS - 1);

/** The coefficients of both passes; a pass whose size does not change has none and is skipped. */
export interface Passes {
  readonly horizontal: CoefficientTable | undefined;
  readonly vertical: CoefficientTable | undefined;
  /** The order changes bytes, because pixels are rounded and clamped between the passes. */
  readonly verticalFirst: boolean;
}

/**
 * Pillow's two-pass convolution (`ImagingResampleInner` in src/libImaging/Resample.c), rounded and clamped to bytes
 * between the passes. Plain and slow: it is the oracle of the WebAssembly kernel and its stand-in.
 *
 * @returns `width * height * 3` bytes, RGB, of the size the passes lead to
 */
export function resampleTypescript(raster: Raster, { horizontal, vertical, verticalFirst }: Passes): Uint8Array {
  if (verticalFirst) return resampleRows(resampleColumns(raster, vertical), horizontal).data.slice();
  return resampleColumns(resampleRows(raster, horizontal), vertical).data.slice();
}

function resampleRows(raster: Raster, table: CoefficientTable | undefined): Raster {
  if (!table) return raster;
  const { width, height, data } = raster;
  const { outSize, taps, starts, counts, weights } = table;
  const out = new Uint8Array(outSize * height * 3);
  let o = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < outSize; x++) {
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      let i = (y * width + starts[x]) * 3;
      const end = x * taps + counts[x];
      for (let k = x * taps; k < end; k++) {
        const weight = weights[k];
        red += data[i] * weight;
        green += data[i + 1] * weight;
        blue += data[i + 2] * weight;
        i += 3;
      }
      out[o++] = toByte(red);
      out[o++] = toByte(green);
      out[o++] = toByte(blue);
    }
  }
  return { width: outSize, height, data: out };
}

function resampleColumns(raster: Raster, table: CoefficientTable | undefined): Raster {
  if (!table) return raster;
  const { width, data } = raster;
  const { outSize, taps, starts, counts, weights } = table;
  const stride = width * 3;
  const out = new Uint8Array(stride * outSize);
  for (let y = 0; y < outSize; y++) {
    const first = y * taps;
    const end = first + counts[y];
    for (let x = 0; x < stride; x++) {
      let sum = HALF;
      let i = starts[y] * stride + x;
      for (let k = first; k < end; k++) {
        sum += data[i] * weights[k];
        i += stride;
      }
      out[y * stride + x] = toByte(sum);
    }
  }
  return { width, height: outSize, data: out };
}

function toByte(sum: number): number {
  const value = sum >> PRECISION_BITS;
  return value < 0 ? 0 : Math.min(value, 255);
}
