import { type ConvolutionName, filters } from "./filters.ts";

/** Bits after the point of a coefficient: 32 less 8 of the pixel and 2 against overflow, as in Pillow's Resample.c. */
export const PRECISION_BITS = 32 - 8 - 2;

/** The weights that make a line of `outSize` pixels out of one of `inSize`. */
export interface CoefficientTable {
  readonly outSize: number;
  /** Coefficients stored for each output pixel; the ones past `counts[i]` are 0. */
  readonly taps: number;
  /** First source pixel of output pixel i. */
  readonly starts: Int32Array;
  /** Number of source pixels of output pixel i. */
  readonly counts: Int32Array;
  /** `outSize * taps` fixed-point weights with `PRECISION_BITS` bits after the point. */
  readonly weights: Int32Array;
}

/**
 * Pillow's `precompute_coeffs` and `normalize_coeffs_8bpc` (src/libImaging/Resample.c) for a box that is the whole line:
 * normalised in double, then rounded half away from zero.
 */
export function computeCoefficients(inSize: number, outSize: number, filterName: ConvolutionName): CoefficientTable {
  const filter = filters[filterName];
  const scale = inSize / outSize;
  const filterScale = Math.max(scale, 1);
  const support = filter.support * filterScale;
  const inverse = 1 / filterScale;
  const taps = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(outSize);
  const counts = new Int32Array(outSize);
  const weights = new Int32Array(outSize * taps);
  const line = new Float64Array(taps);
  for (let i = 0; i < outSize; i++) {
    const center = (i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - support + 0.5));
    const count = Math.min(inSize, Math.trunc(center + support + 0.5)) - start;
    let sum = 0;
    for (let t = 0; t < count; t++) {
      line[t] = filter.weight((t + start - center + 0.5) * inverse);
      sum += line[t];
    }
    for (let t = 0; t < count; t++) weights[i * taps + t] = toFixedPoint(sum === 0 ? line[t] : line[t] / sum);
    starts[i] = start;
    counts[i] = count;
  }
  return { outSize, taps, starts, counts, weights };
}

function toFixedPoint(weight: number): number {
  const scaled = weight * (1 << PRECISION_BITS);
  return Math.trunc(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
}
