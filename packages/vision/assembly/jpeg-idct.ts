// The accurate integer inverse DCT of libjpeg-turbo (jidctint.c, simd/x86_64/jidctint-avx2.asm), after C. Loeffler,
// A. Ligtenberg and G. Moschytz. Factors that belong to one pair of inputs are multiplied out beforehand: all is linear
// in integers, so results stay the same where nothing leaves 16 bits; what does, versions of libjpeg-turbo make different
// things of. No sum of two coefficients may, so they have to be within 8191, nor one of two values between the passes,
// which is looked at.

import { interleaveHigh, interleaveLow } from "./interleave";
import { columns, storeLine, storeSamples, transpose } from "./jpeg-lines";

const PASS1_BITS: i32 = 2;
const CONST_BITS: i32 = 13;
const SHIFT1: i32 = CONST_BITS - PASS1_BITS;
const SHIFT2: i32 = CONST_BITS + PASS1_BITS + 3;

const F_0_298: i16 = 2446;
const F_0_390: i16 = 3196;
const F_0_541: i16 = 4433;
const F_0_765: i16 = 6270;
const F_0_899: i16 = 7373;
const F_1_175: i16 = 9633;
const F_1_501: i16 = 12299;
const F_1_847: i16 = 15137;
const F_1_961: i16 = 16069;
const F_2_053: i16 = 16819;
const F_2_562: i16 = 20995;
const F_3_072: i16 = 25172;
const ONE: i16 = 8192;

/**
 * Weights of two inputs in a sum of products. They are loaded, since V8 puts a constant vector together anew each time,
 * by instructions that the shuffles wait for.
 */
const pairs = memory.data<i16>([
  ONE,
  ONE,
  ONE,
  -ONE,
  F_0_541 + F_0_765,
  F_0_541,
  F_0_541,
  F_0_541 - F_1_847,
  F_1_501 - F_0_899 - F_0_390 + F_1_175,
  F_1_175,
  F_1_175 - F_0_390,
  F_1_175 - F_0_899,
  F_1_175,
  F_3_072 - F_2_562 - F_1_961 + F_1_175,
  F_1_175 - F_2_562,
  F_1_175 - F_1_961,
  F_1_175 - F_0_390,
  F_1_175 - F_2_562,
  F_2_053 - F_2_562 - F_0_390 + F_1_175,
  F_1_175,
  F_1_175 - F_0_899,
  F_1_175 - F_1_961,
  F_1_175,
  F_0_298 - F_0_899 - F_1_961 + F_1_175,
  ONE,
  F_0_541 + F_0_765,
  ONE,
  F_0_541,
  ONE,
  -F_0_541,
  ONE,
  -F_0_541 - F_0_765,
]);

/** Pair `n` of them, for four sums. */
function weights(n: usize): v128 {
  return v128.load32_splat(pairs + n * 4);
}

function dot(a: v128, b: v128): v128 {
  return i32x4.dot_i16x8_s(a, b);
}

function sum(even: v128, odd: v128, shift: i32): v128 {
  return i32x4.shr_s(i32x4.add(even, odd), shift);
}

function difference(even: v128, odd: v128, shift: i32): v128 {
  return i32x4.shr_s(i32x4.sub(even, odd), shift);
}

/** One pass over 8 columns: lines of 8 values of 16 bits from `source` to `lines`. */
function transform(source: usize, shift: i32): void {
  const rounding = i32x4.splat(1 << (shift - 1));
  const in0 = v128.load(source);
  const in2 = v128.load(source, 32);
  const in4 = v128.load(source, 64);
  const in6 = v128.load(source, 96);
  const low04 = interleaveLow(in0, in4);
  const low26 = interleaveLow(in2, in6);
  const high04 = interleaveHigh(in0, in4);
  const high26 = interleaveHigh(in2, in6);
  const outerLow = i32x4.add(dot(low04, weights(0)), rounding);
  const innerLow = i32x4.add(dot(low04, weights(1)), rounding);
  const outerHigh = i32x4.add(dot(high04, weights(0)), rounding);
  const innerHigh = i32x4.add(dot(high04, weights(1)), rounding);
  const outerLow26 = dot(low26, weights(2));
  const innerLow26 = dot(low26, weights(3));
  const outerHigh26 = dot(high26, weights(2));
  const innerHigh26 = dot(high26, weights(3));
  const in1 = v128.load(source, 16);
  const in3 = v128.load(source, 48);
  const in5 = v128.load(source, 80);
  const in7 = v128.load(source, 112);
  const low13 = interleaveLow(in1, in3);
  const low57 = interleaveLow(in5, in7);
  const high13 = interleaveHigh(in1, in3);
  const high57 = interleaveHigh(in5, in7);
  let weights13 = weights(4);
  let weights57 = weights(5);
  storeMirrored(
    0,
    i32x4.add(outerLow, outerLow26),
    i32x4.add(outerHigh, outerHigh26),
    i32x4.add(dot(low13, weights13), dot(low57, weights57)),
    i32x4.add(dot(high13, weights13), dot(high57, weights57)),
    shift,
  );
  weights13 = weights(6);
  weights57 = weights(7);
  storeMirrored(
    1,
    i32x4.add(innerLow, innerLow26),
    i32x4.add(innerHigh, innerHigh26),
    i32x4.add(dot(low13, weights13), dot(low57, weights57)),
    i32x4.add(dot(high13, weights13), dot(high57, weights57)),
    shift,
  );
  weights13 = weights(8);
  weights57 = weights(9);
  storeMirrored(
    2,
    i32x4.sub(innerLow, innerLow26),
    i32x4.sub(innerHigh, innerHigh26),
    i32x4.add(dot(low13, weights13), dot(low57, weights57)),
    i32x4.add(dot(high13, weights13), dot(high57, weights57)),
    shift,
  );
  weights13 = weights(10);
  weights57 = weights(11);
  storeMirrored(
    3,
    i32x4.sub(outerLow, outerLow26),
    i32x4.sub(outerHigh, outerHigh26),
    i32x4.add(dot(low13, weights13), dot(low57, weights57)),
    i32x4.add(dot(high13, weights13), dot(high57, weights57)),
    shift,
  );
}

/** The same where lines 4 to 7 of the source are zero; they aren't read. */
function transformLow4(source: usize, shift: i32): void {
  const rounding = i32x4.splat(1 << (shift - 1));
  const in0 = v128.load(source);
  const in2 = v128.load(source, 32);
  const low02 = interleaveLow(in0, in2);
  const high02 = interleaveHigh(in0, in2);
  const in1 = v128.load(source, 16);
  const in3 = v128.load(source, 48);
  const low13 = interleaveLow(in1, in3);
  const high13 = interleaveHigh(in1, in3);
  let weights02 = weights(12);
  let weights13 = weights(4);
  storeMirrored(
    0,
    i32x4.add(dot(low02, weights02), rounding),
    i32x4.add(dot(high02, weights02), rounding),
    dot(low13, weights13),
    dot(high13, weights13),
    shift,
  );
  weights02 = weights(13);
  weights13 = weights(6);
  storeMirrored(
    1,
    i32x4.add(dot(low02, weights02), rounding),
    i32x4.add(dot(high02, weights02), rounding),
    dot(low13, weights13),
    dot(high13, weights13),
    shift,
  );
  weights02 = weights(14);
  weights13 = weights(8);
  storeMirrored(
    2,
    i32x4.add(dot(low02, weights02), rounding),
    i32x4.add(dot(high02, weights02), rounding),
    dot(low13, weights13),
    dot(high13, weights13),
    shift,
  );
  weights02 = weights(15);
  weights13 = weights(10);
  storeMirrored(
    3,
    i32x4.add(dot(low02, weights02), rounding),
    i32x4.add(dot(high02, weights02), rounding),
    dot(low13, weights13),
    dot(high13, weights13),
    shift,
  );
}

/** Lines `n` and 7 - `n`: the sum of an even and an odd part, and their difference. */
function storeMirrored(n: usize, evenLow: v128, evenHigh: v128, oddLow: v128, oddHigh: v128, shift: i32): void {
  storeLine(n, sum(evenLow, oddLow, shift), sum(evenHigh, oddHigh, shift));
  storeLine(7 - n, difference(evenLow, oddLow, shift), difference(evenHigh, oddHigh, shift));
}

/**
 * From dequantised coefficients, 8 lines of 8 of 16 bits, to 8 lines of 8 samples.
 *
 * @returns whether every version of libjpeg-turbo gives these
 */
export function inverseDct(block: usize, target: usize, stride: usize): bool {
  transform(block, SHIFT1);
  const isSure = transpose();
  transform(columns, SHIFT2);
  storeSamples(target, stride);
  return isSure;
}

/** The same where lines and columns 4 to 7 are zero. */
export function inverseDctOfLow4(block: usize, target: usize, stride: usize): bool {
  transformLow4(block, SHIFT1);
  const isSure = transpose();
  transformLow4(columns, SHIFT2);
  storeSamples(target, stride);
  return isSure;
}
