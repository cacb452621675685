// What lies between and behind the passes of the inverse DCT: 8 lines of 8 values, turned for the next pass, or turned,
// narrowed to bytes and stored as samples.

import { interleaveHigh, interleaveLow } from "./interleave";

/** What a pass made: 8 lines of 8 values of 16 bits; and the same turned, for the next pass. */
const lines = memory.data(128, 16);
export const columns = memory.data(128, 16);

export function storeLine(line: usize, low: v128, high: v128): void {
  v128.store(lines + line * 16, i16x8.narrow_i32x4_s(low, high));
}

function loadLine(line: usize): v128 {
  return v128.load(lines + line * 16);
}

/** Turns `lines` into columns at `columns`; false where one is outside -16384 to 16383. */
export function transpose(): bool {
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
export function storeSamples(target: usize, stride: usize): void {
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

/** The samples of a block that has only its first coefficient: all the same. */
export function storeFlatSamples(dc: i32, target: usize, stride: usize): void {
  const value = ((dc * 4 + 16) >> 5) + 128;
  const sample = value < 0 ? 0 : value > 255 ? 255 : value;
  const samples = i64x2.extract_lane(i8x16.splat(<i8>sample), 0);
  for (let y = 0; y < 8; y++) {
    store<i64>(target, samples);
    target += stride;
  }
}
