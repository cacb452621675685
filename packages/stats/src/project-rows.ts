import type { Pca } from "./pca.ts";

/** Rows whose doubles are held at once: 16 of 1280 are 160 kB, which stays in the second-level cache. */
const TILE_ROWS = 16;

/**
 * Scores of n standardised rows on the components, in double from the float32 values as stored, so that a reader of the
 * table can compute them again.
 *
 * Every score is one sum in column order, whatever rows are passed together, so results are the same to the bit however
 * a run is cut.
 *
 * @param scaled n × d
 * @returns n × k
 */
export function projectRows({ components, dimension: d, k }: Pca, scaled: Float32Array): Float64Array {
  if (scaled.length % d !== 0) throw new RangeError(`pca: ${scaled.length} values are not whole rows of ${d}`);
  const n = scaled.length / d;
  const scores = new Float64Array(n * k);
  const tile = new Float64Array(Math.min(n, TILE_ROWS) * d);
  for (let first = 0; first < n; first += TILE_ROWS) {
    const rows = Math.min(TILE_ROWS, n - first);
    tile.set(scaled.subarray(first * d, (first + rows) * d));
    for (let c = 0; c < k; c += 2) {
      const pair = c + 1 < k;
      for (let row = 0; row < rows; ) {
        const at = (first + row) * k + c;
        if (pair && row + 4 <= rows) {
          dotFourByTwo(tile, row * d, components, c * d, d, scores, at, k);
          row += 4;
        } else {
          scores[at] = dot(tile, row * d, components, c * d, d);
          if (pair) scores[at + 1] = dot(tile, row * d, components, (c + 1) * d, d);
          row += 1;
        }
      }
    }
  }
  return scores;
}

function dot(x: Float64Array, x0: number, y: Float64Array, y0: number, n: number): number {
  let sum = 0;
  for (let j = 0; j < n; j++) sum += x[x0 + j] * y[y0 + j];
  return sum;
}

/** Four rows by two components: eight independent sums hide the latency of the additions, six loads feed them. */
function dotFourByTwo(
  x: Float64Array,
  x0: number,
  y: Float64Array,
  y0: number,
  n: number,
  scores: Float64Array,
  at: number,
  k: number,
): void {
  const x1 = x0 + n;
  const x2 = x1 + n;
  const x3 = x2 + n;
  const y1 = y0 + n;
  let s00 = 0;
  let s01 = 0;
  let s10 = 0;
  let s11 = 0;
  let s20 = 0;
  let s21 = 0;
  let s30 = 0;
  let s31 = 0;
  for (let j = 0; j < n; j++) {
    const b0 = y[y0 + j];
    const b1 = y[y1 + j];
    const a0 = x[x0 + j];
    const a1 = x[x1 + j];
    const a2 = x[x2 + j];
    const a3 = x[x3 + j];
    s00 += a0 * b0;
    s01 += a0 * b1;
    s10 += a1 * b0;
    s11 += a1 * b1;
    s20 += a2 * b0;
    s21 += a2 * b1;
    s30 += a3 * b0;
    s31 += a3 * b1;
  }
  scores[at] = s00;
  scores[at + 1] = s01;
  scores[at + k] = s10;
  scores[at + k + 1] = s11;
  scores[at + 2 * k] = s20;
  scores[at + 2 * k + 1] = s21;
  scores[at + 3 * k] = s30;
  scores[at + 3 * k + 1] = s31;
}
