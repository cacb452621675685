// From planes to RGB, a line at a time: chroma by libjpeg-turbo's "fancy" upsampling (jdsample.c: a triangle filter, its
// rounding alternating), colours by its integer form of JFIF's equations (jdcolor.c). Both are one loop, 16 pixels a
// turn: chroma comes as even and odd pixels, and so they go through the equations.
//
// Chroma lines have a byte of margin on both sides, which repeats the sample at the edge.

import { interleaveHigh, interleaveLow } from "./interleave";

/**
 * Where in R, G and B the bytes of 16 pixels come from: three rows for each third. These and the weights are loaded, as
 * V8 puts a constant vector together anew each time.
 */
const masks = memory.data<i8>([
  0, -1, -1, 8, -1, -1, 1, -1, -1, 9, -1, -1, 2, -1, -1, 10, -1, 0, -1, -1, 8, -1, -1, 1, -1, -1, 9, -1, -1, 2, -1, -1,
  -1, -1, 0, -1, -1, 8, -1, -1, 1, -1, -1, 9, -1, -1, 2, -1, -1, -1, 3, -1, -1, 11, -1, -1, 4, -1, -1, 12, -1, -1, 5,
  -1, 10, -1, -1, 3, -1, -1, 11, -1, -1, 4, -1, -1, 12, -1, -1, 5, -1, 10, -1, -1, 3, -1, -1, 11, -1, -1, 4, -1, -1, 12,
  -1, -1, -1, 13, -1, -1, 6, -1, -1, 14, -1, -1, 7, -1, -1, 15, -1, -1, -1, -1, 13, -1, -1, 6, -1, -1, 14, -1, -1, 7,
  -1, -1, 15, -1, 5, -1, -1, 13, -1, -1, 6, -1, -1, 14, -1, -1, 7, -1, -1, 15,
]);
/** Pairs for four sums, or halves: 0.402 / 2, -0.228 / 2; Cb and Cr of G; a mask of bytes. */
const factors = memory.data<i16>([13173, 13173, -7471, -7471, -22554, 18734, 255, 255]);

/** R of even and odd pixels: Y + 1.40200 Cr, with Cr + round(0.402 Cr); exact for all 256 values. */
function red(y: v128, cr: v128): v128 {
  return i16x8.add(i16x8.add(y, cr), i16x8.q15mulr_sat_s(cr, v128.load32_splat(factors)));
}

/** G - Y + Cr, for pairs of Cb and Cr: Y - 0.34414 Cb - 0.71414 Cr, rounded once, is Y - Cr + (-0.34414 Cb + 0.28586 Cr). */
function greenOffset(pairs: v128): v128 {
  const weighted = i32x4.dot_i16x8_s(pairs, v128.load32_splat(factors, 8));
  return i32x4.shr_s(i32x4.add(weighted, i32x4.splat(1 << 15)), 16);
}

/** G of even and odd pixels. */
function green(y: v128, cr: v128, low: v128, high: v128): v128 {
  return i16x8.add(i16x8.sub(y, cr), i16x8.narrow_i32x4_s(greenOffset(low), greenOffset(high)));
}

/** B: Y + 1.77200 Cb, with 2 Cb - round(0.228 Cb). */
function blue(y: v128, cb: v128): v128 {
  return i16x8.add(i16x8.add(y, i16x8.shl(cb, 1)), i16x8.q15mulr_sat_s(cb, v128.load32_splat(factors, 4)));
}

/** 16 pixels from 16 bytes of luma and chroma around 0 of the even and the odd ones. */
function storePixels(luma: usize, cbEven: v128, cbOdd: v128, crEven: v128, crOdd: v128, target: usize): void {
  const y = v128.load(luma);
  const yEven = v128.and(y, v128.load32_splat(factors, 12));
  const yOdd = i16x8.shr_u(y, 8);
  // Even pixels in bytes 0 to 7, odd ones in 8 to 15.
  const r = i8x16.narrow_i16x8_u(red(yEven, crEven), red(yOdd, crOdd));
  const g = i8x16.narrow_i16x8_u(
    green(yEven, crEven, interleaveLow(cbEven, crEven), interleaveHigh(cbEven, crEven)),
    green(yOdd, crOdd, interleaveLow(cbOdd, crOdd), interleaveHigh(cbOdd, crOdd)),
  );
  const b = i8x16.narrow_i16x8_u(blue(yEven, cbEven), blue(yOdd, cbOdd));
  v128.store(
    target,
    v128.or(
      v128.or(i8x16.swizzle(r, v128.load(masks)), i8x16.swizzle(g, v128.load(masks, 16))),
      i8x16.swizzle(b, v128.load(masks, 32)),
    ),
  );
  v128.store(
    target,
    v128.or(
      v128.or(i8x16.swizzle(r, v128.load(masks, 48)), i8x16.swizzle(g, v128.load(masks, 64))),
      i8x16.swizzle(b, v128.load(masks, 80)),
    ),
    16,
  );
  v128.store(
    target,
    v128.or(
      v128.or(i8x16.swizzle(r, v128.load(masks, 96)), i8x16.swizzle(g, v128.load(masks, 112))),
      i8x16.swizzle(b, v128.load(masks, 128)),
    ),
    32,
  );
}

/** Lanes 1 to 8 of sixteen. */
function second(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 1, 2, 3, 4, 5, 6, 7, 8);
}

/** Lanes 2 to 9. */
function third(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 2, 3, 4, 5, 6, 7, 8, 9);
}

/** 16ths to chroma around 0; the bias rounds, and takes the centre away. */
function blend(three: v128, one: v128, bias: v128): v128 {
  return i16x8.shr_s(i16x8.add(i16x8.add(three, one), bias), 4);
}

function threefold(a: v128): v128 {
  return i16x8.add(a, i16x8.add(a, a));
}

/** Sums of a column: 3 of the nearer line, 1 of the farther one. */
function columnSums(near: usize, far: isize): v128 {
  return i16x8.add(threefold(v128.load8x8_u(near)), v128.load8x8_u(near + far));
}

/**
 * Converts a line of pixels whose nearest lines of chroma are at `cb` and `cr`. Where there is one sample for two pixels
 * (`h` 2), `far` leads to the next nearest lines (h2v2_fancy_upsample), or is 0 where chroma is as high as luma: then
 * the sums are of four equal parts, and the biases those of h2v1_fancy_upsample.
 */
export function convertLine(luma: usize, cb: usize, cr: usize, h: i32, far: isize, target: usize, width: i32): void {
  const centre = i16x8.splat(128);
  const mask = i16x8.splat(255);
  const evenBias = i16x8.splat((far ? 8 : 4) - 128 * 16);
  const oddBias = i16x8.splat((far ? 7 : 8) - 128 * 16);
  // Samples -1 to 6, then 7 to 14, of the eight that 16 pixels need.
  let blue0 = columnSums(cb - 1, far);
  let red0 = columnSums(cr - 1, far);
  const end = luma + width;
  while (luma < end) {
    let cbEven: v128, cbOdd: v128, crEven: v128, crOdd: v128;
    if (h === 2) {
      cb += 8;
      cr += 8;
      const blue1 = columnSums(cb - 1, far);
      const red1 = columnSums(cr - 1, far);
      const blues = threefold(second(blue0, blue1));
      const reds = threefold(second(red0, red1));
      cbEven = blend(blues, blue0, evenBias);
      cbOdd = blend(blues, third(blue0, blue1), oddBias);
      crEven = blend(reds, red0, evenBias);
      crOdd = blend(reds, third(red0, red1), oddBias);
      blue0 = blue1;
      red0 = red1;
    } else {
      const blues = v128.load(cb);
      const reds = v128.load(cr);
      cb += 16;
      cr += 16;
      cbEven = i16x8.sub(v128.and(blues, mask), centre);
      cbOdd = i16x8.sub(i16x8.shr_u(blues, 8), centre);
      crEven = i16x8.sub(v128.and(reds, mask), centre);
      crOdd = i16x8.sub(i16x8.shr_u(reds, 8), centre);
    }
    storePixels(luma, cbEven, cbOdd, crEven, crOdd, target);
    luma += 16;
    target += 48;
  }
}
