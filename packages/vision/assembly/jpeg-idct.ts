// The accurate integer inverse DCT of libjpeg-turbo (jidctint.c, simd/x86_64/jidctint-avx2.asm), after C. Loeffler,
// A. Ligtenberg and G. Moschytz. Factors that belong to one pair of inputs are multiplied out beforehand: all is linear
// in integers, so results stay the same where nothing leaves 16 bits; what does, versions of libjpeg-turbo make different
// things of. No sum of two coefficients may, so they have to be within 8191, nor one of two values between the passes,
// which is looked at.

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

/** What a pass made: 8 lines of 8 values of 16 bits; and the same turned, for the next pass. */
const lines = memory.data(128, 16);
const columns = memory.data(128, 16);

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

function interleaveLow(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

function interleaveHigh(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
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

function storeLine(line: usize, low: v128, high: v128): void {
  v128.store(lines + line * 16, i16x8.narrow_i32x4_s(low, high));
}

function loadLine(line: usize): v128 {
  return v128.load(lines + line * 16);
}

/** Turns `lines` into columns at `columns`; false where one is outside -16384 to 16383. */
function transpose(): bool {
  const line0 = loadLine(0);
  const line1 = loadLine(1);
  const line2 = loadLine(2);
  const line3 = loadLine(3);
  const line4 = loadLine(4);
  const line5 = loadLine(5);
  const line6 = loadLine(6);
  const line7 = loadLine(7);
  const low04 = interleaveLow(line0, line4);
  const high04 = interleaveHigh(line0, line4);
  const low15 = interleaveLow(line1, line5);
  const high15 = interleaveHigh(line1, line5);
  const low26 = interleaveLow(line2, line6);
  const high26 = interleaveHigh(line2, line6);
  const low37 = interleaveLow(line3, line7);
  const high37 = interleaveHigh(line3, line7);
  storeColumns(0, interleaveLow(low04, low26), interleaveLow(low15, low37));
  storeColumns(2, interleaveHigh(low04, low26), interleaveHigh(low15, low37));
  storeColumns(4, interleaveLow(high04, high26), interleaveLow(high15, high37));
  storeColumns(6, interleaveHigh(high04, high26), interleaveHigh(high15, high37));
  const largest = max(max(max(line0, line1), max(line2, line3)), max(max(line4, line5), max(line6, line7)));
  const smallest = min(min(min(line0, line1), min(line2, line3)), min(min(line4, line5), min(line6, line7)));
  return !i16x8.bitmask(v128.or(doubledOverflow(largest), doubledOverflow(smallest)));
}

function max(a: v128, b: v128): v128 {
  return i16x8.max_s(a, b);
}

function min(a: v128, b: v128): v128 {
  return i16x8.min_s(a, b);
}

/** Its signs say which values don't fit 15 bits: doubled, they change theirs. */
function doubledOverflow(a: v128): v128 {
  return v128.xor(a, i16x8.add(a, a));
}

function storeColumns(first: usize, even: v128, odd: v128): void {
  v128.store(columns + first * 16, interleaveLow(even, odd));
  v128.store(columns + first * 16 + 16, interleaveHigh(even, odd));
}

function interleaveBytesLow(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

function interleaveBytesHigh(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/** `lines` are columns of samples around 0: narrows them to bytes around 128, turns and stores them. */
function storeSamples(target: usize, stride: usize): void {
  const columns01 = i8x16.narrow_i16x8_s(loadLine(0), loadLine(1));
  const columns23 = i8x16.narrow_i16x8_s(loadLine(2), loadLine(3));
  const columns45 = i8x16.narrow_i16x8_s(loadLine(4), loadLine(5));
  const columns67 = i8x16.narrow_i16x8_s(loadLine(6), loadLine(7));
  const columns04 = interleaveBytesLow(columns01, columns45);
  const columns15 = interleaveBytesHigh(columns01, columns45);
  const columns26 = interleaveBytesLow(columns23, columns67);
  const columns37 = interleaveBytesHigh(columns23, columns67);
  const evenTop = interleaveBytesLow(columns04, columns26);
  const evenBottom = interleaveBytesHigh(columns04, columns26);
  const oddTop = interleaveBytesLow(columns15, columns37);
  const oddBottom = interleaveBytesHigh(columns15, columns37);
  storeRows(target, stride, interleaveBytesLow(evenTop, oddTop));
  storeRows(target + 2 * stride, stride, interleaveBytesHigh(evenTop, oddTop));
  storeRows(target + 4 * stride, stride, interleaveBytesLow(evenBottom, oddBottom));
  storeRows(target + 6 * stride, stride, interleaveBytesHigh(evenBottom, oddBottom));
}

function storeRows(target: usize, stride: usize, rows: v128): void {
  const samples = v128.xor(rows, i8x16.splat(-128));
  v128.store64_lane(target, samples, 0);
  v128.store64_lane(target + stride, samples, 1);
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

/** The same where all but the first one are zero. */
export function inverseDctOfDc(dc: i32, target: usize, stride: usize): void {
  const value = ((dc * 4 + 16) >> 5) + 128;
  const sample = value < 0 ? 0 : value > 255 ? 255 : value;
  const samples = i64x2.extract_lane(i8x16.splat(<i8>sample), 0);
  for (let y = 0; y < 8; y++) {
    store<i64>(target, samples);
    target += stride;
  }
}
