// The two passes of Pillow's 8-bit convolution on 128-bit integer vectors, for pixels of 3 bytes.
//
// A weight w of 22 bits after the point is split as w = 65536 * high + low into two signed 16-bit halves, so that
// i32x4.dot_i16x8_s does two taps of four lanes at once. Products and sums are integers modulo 2^32, hence exact:
//
//     sum(p * w) = (sum(p * high) << 16) + sum(p * low)
//
// The caller guarantees that 16 bytes past the end of every buffer can be read and written.

const PRECISION_BITS: i32 = 22;
const HALF: i32 = 1 << (PRECISION_BITS - 1);

/** The byte values of four sums, as i32 lanes that may lie outside 0..255. */
function toValue(low: v128, high: v128): v128 {
  return i32x4.shr_s(i32x4.add(low, i32x4.shl(high, 16)), PRECISION_BITS);
}

/**
 * Resamples `rows` lines (a multiple of 4) from `width` pixels' worth of spans.
 *
 * spans:   for each output pixel two i32: byte offset of its first source pixel in a line, number of groups of 4 taps
 * weights: for each group four i32, each a pair of 16-bit halves: low of taps 0-1, low of 2-3, high of 0-1, high of 2-3
 *
 * Four lines go together, so that the weights are loaded once for four pixels.
 */
export function resampleRows(
  source: usize,
  sourceStride: usize,
  rows: i32,
  target: usize,
  targetStride: usize,
  width: i32,
  spans: usize,
  weights: usize,
): void {
  const firstPair = i8x16(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1);
  const secondPair = i8x16(6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1);
  for (let y = 0; y < rows; y += 4) {
    let out = target;
    let span = spans;
    let weight = weights;
    const spansEnd = spans + ((<usize>width) << 3);
    while (span < spansEnd) {
      let p0 = source + <usize>load<u32>(span);
      let p1 = p0 + sourceStride;
      let p2 = p1 + sourceStride;
      let p3 = p2 + sourceStride;
      const weightsEnd = weight + ((<usize>load<u32>(span, 4)) << 4);
      let low0 = i32x4.splat(HALF),
        low1 = low0,
        low2 = low0,
        low3 = low0;
      let high0 = i32x4.splat(0),
        high1 = high0,
        high2 = high0,
        high3 = high0;
      while (weight < weightsEnd) {
        const lowA = v128.load32_splat(weight);
        const lowB = v128.load32_splat(weight, 4);
        const highA = v128.load32_splat(weight, 8);
        const highB = v128.load32_splat(weight, 12);
        let bytes = v128.load(p0);
        let a = i8x16.swizzle(bytes, firstPair);
        let b = i8x16.swizzle(bytes, secondPair);
        low0 = i32x4.add(low0, i32x4.add(i32x4.dot_i16x8_s(a, lowA), i32x4.dot_i16x8_s(b, lowB)));
        high0 = i32x4.add(high0, i32x4.add(i32x4.dot_i16x8_s(a, highA), i32x4.dot_i16x8_s(b, highB)));
        bytes = v128.load(p1);
        a = i8x16.swizzle(bytes, firstPair);
        b = i8x16.swizzle(bytes, secondPair);
        low1 = i32x4.add(low1, i32x4.add(i32x4.dot_i16x8_s(a, lowA), i32x4.dot_i16x8_s(b, lowB)));
        high1 = i32x4.add(high1, i32x4.add(i32x4.dot_i16x8_s(a, highA), i32x4.dot_i16x8_s(b, highB)));
        bytes = v128.load(p2);
        a = i8x16.swizzle(bytes, firstPair);
        b = i8x16.swizzle(bytes, secondPair);
        low2 = i32x4.add(low2, i32x4.add(i32x4.dot_i16x8_s(a, lowA), i32x4.dot_i16x8_s(b, lowB)));
        high2 = i32x4.add(high2, i32x4.add(i32x4.dot_i16x8_s(a, highA), i32x4.dot_i16x8_s(b, highB)));
        bytes = v128.load(p3);
        a = i8x16.swizzle(bytes, firstPair);
        b = i8x16.swizzle(bytes, secondPair);
        low3 = i32x4.add(low3, i32x4.add(i32x4.dot_i16x8_s(a, lowA), i32x4.dot_i16x8_s(b, lowB)));
        high3 = i32x4.add(high3, i32x4.add(i32x4.dot_i16x8_s(a, highA), i32x4.dot_i16x8_s(b, highB)));
        p0 += 12;
        p1 += 12;
        p2 += 12;
        p3 += 12;
        weight += 16;
      }
      const pixels = i8x16.narrow_i16x8_u(
        i16x8.narrow_i32x4_s(toValue(low0, high0), toValue(low1, high1)),
        i16x8.narrow_i32x4_s(toValue(low2, high2), toValue(low3, high3)),
      );
      // A pixel is stored with a fourth byte, which the next pixel of the line or the padding of the line overwrites.
      let line = out;
      v128.store_lane<u32>(line, pixels, 0);
      line += targetStride;
      v128.store_lane<u32>(line, pixels, 1);
      line += targetStride;
      v128.store_lane<u32>(line, pixels, 2);
      line += targetStride;
      v128.store_lane<u32>(line, pixels, 3);
      out += 3;
      span += 8;
    }
    source += sourceStride << 2;
    target += targetStride << 2;
  }
}

/**
 * Resamples columns: line y of `height` lines of `width` bytes each is a weighted sum of source lines.
 *
 * spans:   for each output line two i32: its first source line, number of pairs of taps
 * weights: for each pair two i32, each a pair of 16-bit halves: low of both taps, high of both
 *
 * Target lines are written from the top, 16 bytes at a time: what spills over is overwritten by the next line. Returns
 * where the weights of the line after the last one begin.
 */
export function resampleColumns(
  source: usize,
  sourceStride: usize,
  target: usize,
  width: usize,
  height: i32,
  spans: usize,
  weights: usize,
): usize {
  for (let y = 0; y < height; y++) {
    const first = source + <usize>load<u32>(spans) * sourceStride;
    const weightsEnd = weights + ((<usize>load<u32>(spans, 4)) << 3);
    for (let x: usize = 0; x < width; x += 16) {
      let p = first + x;
      let low0 = i32x4.splat(HALF),
        low1 = low0,
        low2 = low0,
        low3 = low0;
      let high0 = i32x4.splat(0),
        high1 = high0,
        high2 = high0,
        high3 = high0;
      for (let weight = weights; weight < weightsEnd; weight += 8) {
        const low = v128.load32_splat(weight);
        const high = v128.load32_splat(weight, 4);
        const above = v128.load(p);
        const below = v128.load(p + sourceStride);
        p += sourceStride << 1;
        let both = i8x16.shuffle(above, below, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        let pairs = i16x8.extend_low_i8x16_u(both);
        low0 = i32x4.add(low0, i32x4.dot_i16x8_s(pairs, low));
        high0 = i32x4.add(high0, i32x4.dot_i16x8_s(pairs, high));
        pairs = i16x8.extend_high_i8x16_u(both);
        low1 = i32x4.add(low1, i32x4.dot_i16x8_s(pairs, low));
        high1 = i32x4.add(high1, i32x4.dot_i16x8_s(pairs, high));
        both = i8x16.shuffle(above, below, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        pairs = i16x8.extend_low_i8x16_u(both);
        low2 = i32x4.add(low2, i32x4.dot_i16x8_s(pairs, low));
        high2 = i32x4.add(high2, i32x4.dot_i16x8_s(pairs, high));
        pairs = i16x8.extend_high_i8x16_u(both);
        low3 = i32x4.add(low3, i32x4.dot_i16x8_s(pairs, low));
        high3 = i32x4.add(high3, i32x4.dot_i16x8_s(pairs, high));
      }
      v128.store(
        target + x,
        i8x16.narrow_i16x8_u(
          i16x8.narrow_i32x4_s(toValue(low0, high0), toValue(low1, high1)),
          i16x8.narrow_i32x4_s(toValue(low2, high2), toValue(low3, high3)),
        ),
      );
    }
    target += width;
    spans += 8;
    weights = weightsEnd;
  }
  return weights;
}
