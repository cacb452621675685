// The MCUs of a baseline scan (ITU T.81 A.2, F.2; libjpeg-turbo jdhuff.c, jdcoefct.c), from bits to samples. Whatever
// libjpeg would warn of, and what it reads in silence though it is no valid stream, ends the decoding.

import { extend, findLongCode, huffmanTable, SHIFT } from "./jpeg-huffman";
import { inverseDct, inverseDctOfLow4 } from "./jpeg-idct";
import { storeFlatSamples } from "./jpeg-lines";
import { markerAt, unstuff } from "./jpeg-stream";

const EOI: u8 = 0xd9;
const RST0: u8 = 0xd0;
const ZERO_RUN: u32 = 0xf0;

/** Largest absolute value of a dequantised coefficient that the inverse DCT takes; those of pictures are about 1024 at most. */
const LARGEST: i32 = 8191;

/** Positions 64 to 79 take what a damaged run leads to, until the block is found out. */
const POSITIONS: i32 = 80;
/** For each component, each position in zigzag order: u16 byte offset in the block, u16 quantiser. */
const quantisers = memory.data(3 * 80 * 4, 16);
/** Coefficients of the block in hand, in natural order, and a place for those beyond the last. Zero between blocks. */
const block = memory.data(144, 16);
/** For each component the last DC value. */
const predictions = memory.data(3 * 4, 16);
const zigzag = memory.data<u8>([
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47,
  55, 62, 63,
]);
/** Up to this position in zigzag order line and column are below 4. */
const LOW4: u32 = 9;

/** The blocks of an MCU, for each 7 u32: as in `addBlock`. */
const plan = memory.data(6 * 28, 16);
const PLAN_BYTES: usize = 28;
let planEnd: usize = plan;

// Where the scan stands between lines of MCUs.
let buffer: u64 = 0;
let count: i32 = 0;
let position: usize = 0;
let stream: usize = 0;
let streamBits: i64 = 0;
let sourceEnd: usize = 0;
let interval: u32 = 0;
let untilRestart: u32 = 0;
let restarts: u32 = 0;
let mcusLeft: u32 = 0;

/** Takes the 64 bytes of a DQT's table. */
export function setQuantisation(component: i32, table: usize): void {
  const target = quantisers + <usize>(component * POSITIONS * 4);
  for (let i: usize = 0; i < 64; i++) {
    store<u16>(target + i * 4, (<u16>load<u8>(zigzag + i)) << 1);
    store<u16>(target + i * 4, load<u8>(table + i), 2);
  }
  for (let i = 64; i < POSITIONS; i++) store<u32>(target + i * 4, 128);
}

export function clearPlan(): void {
  planEnd = plan;
}

/** Adds a block to the MCU: its tables, and where its samples go; `step` leads to its place in the next MCU. */
export function addBlock(component: i32, dc: i32, ac: i32, target: usize, stride: usize, step: usize): void {
  store<usize>(planEnd, huffmanTable(dc));
  store<usize>(planEnd, huffmanTable(ac), 4);
  store<usize>(planEnd, quantisers + <usize>(component * POSITIONS * 4), 8);
  store<usize>(planEnd, predictions + <usize>component * 4, 12);
  store<usize>(planEnd, target, 16);
  store<usize>(planEnd, stride, 20);
  store<usize>(planEnd, step, 24);
  planEnd += PLAN_BYTES;
}

export function startScan(source: usize, end: usize, target: usize, mcus: u32, restartInterval: u32): bool {
  stream = target;
  sourceEnd = end;
  interval = restartInterval;
  restarts = 0;
  mcusLeft = mcus;
  // Left so by a block that failed.
  memory.fill(block, 0, 144);
  return startSegment(source);
}

/** Makes the data up to the next marker ready, and sees that it is the marker that has to come. */
function startSegment(source: usize): bool {
  const bytes = unstuff(source, sourceEnd, stream);
  if (markerAt + 2 > sourceEnd) return false;
  const last = interval === 0 || mcusLeft <= interval;
  if (load<u8>(markerAt, 1) !== (last ? EOI : RST0 + <u8>(restarts & 7))) return false;
  untilRestart = last ? 0 : interval;
  position = stream;
  streamBits = (<i64>bytes) << 3;
  buffer = 0;
  count = 0;
  memory.fill(predictions, 0, 12);
  return true;
}

/** Goes on behind a restart marker. */
function restart(): bool {
  restarts++;
  return startSegment(markerAt + 2);
}

/** Whether no more is left of the segment than the bits that fill up its last byte. */
export function atEnd(): bool {
  const left = streamBits - (((<i64>(position - stream)) << 3) - count);
  return left >= 0 && left < 8;
}

/** Decodes `mcus` of them, side by side. */
export function decodeMcus(mcus: u32): bool {
  let bits = buffer;
  let valid = count;
  let at = position;
  for (let mcu: u32 = 0; mcu < mcus; mcu++) {
    for (let entry = plan; entry < planEnd; entry += PLAN_BYTES) {
      const ac = load<usize>(entry, 4);
      const quantiser = load<usize>(entry, 8);
      if (valid < 32) {
        bits |= (<u64>load<u32>(at)) << (32 - valid);
        at += 4;
        valid += 32;
      }
      const dc = load<usize>(entry);
      let code = load<u32>(dc + ((<usize>(bits >> SHIFT)) << 2));
      let value = <i32>code >> 16;
      if (!value) {
        if (!code) code = findLongCode(dc, bits);
        if (!code) return false;
        const size = code >> 8;
        // Baseline has no larger ones (F.1.2.1), and no extra bits where the size is 0.
        if (size > 11) return false;
        bits <<= code & 255;
        valid -= code & 255;
        if (size) {
          value = extend(<i32>(bits >> (64 - size)), size);
          bits <<= size;
          valid -= size;
        }
      } else {
        bits <<= code & 255;
        valid -= code & 255;
      }
      const prediction = load<usize>(entry, 12);
      value += load<i32>(prediction);
      store<i32>(prediction, value);
      value *= load<u16>(quantiser, 2);
      if (abs(value) > LARGEST) return false;
      store<i16>(block, value);
      let k: usize = 0;
      do {
        if (valid < 32) {
          bits |= (<u64>load<u32>(at)) << (32 - valid);
          at += 4;
          valid += 32;
        }
        code = load<u32>(ac + ((<usize>(bits >> SHIFT)) << 2));
        let coefficient = <i32>code >> 16;
        if (coefficient) {
          bits <<= code & 255;
          valid -= code & 255;
          k += (code >> 8) & 255;
        } else {
          if (!code) code = findLongCode(ac, bits);
          if (!code) return false;
          bits <<= code & 255;
          valid -= code & 255;
          const symbol = code >> 8;
          if (!symbol) break;
          const size = symbol & 15;
          if (!size) {
            if (symbol !== ZERO_RUN) return false;
            k += 16;
            if (k >= 63) return false;
            continue;
          }
          coefficient = extend(<i32>(bits >> (64 - size)), size);
          bits <<= size;
          valid -= size;
          k += (symbol >> 4) + 1;
          if (abs(coefficient) * load<u16>(quantiser + (k << 2), 2) > LARGEST) return false;
        }
        const place = load<u32>(quantiser + (k << 2));
        store<i16>(block + (place & 0xffff), coefficient * (place >> 16));
      } while (k < 63);
      if (k > 63) return false;
      const target = load<usize>(entry, 16);
      const stride = load<usize>(entry, 20);
      store<usize>(entry, target + load<usize>(entry, 24), 16);
      if (k === 0) {
        storeFlatSamples(value, target, stride);
        continue;
      }
      const isSure = k > LOW4 ? inverseDct(block, target, stride) : inverseDctOfLow4(block, target, stride);
      if (!isSure) return false;
      for (let i: usize = 0; i < 128; i += 16) v128.store(block + i, i8x16.splat(0));
    }
    if ((<i64>(at - stream)) << 3 > streamBits + 64) return false;
    mcusLeft--;
    if (untilRestart && --untilRestart === 0) {
      position = at;
      count = valid;
      if (!atEnd() || !restart()) return false;
      bits = 0;
      valid = 0;
      at = position;
    }
  }
  buffer = bits;
  count = valid;
  position = at;
  for (let entry = plan; entry < planEnd; entry += PLAN_BYTES) {
    store<usize>(entry, load<usize>(entry, 16) - <usize>mcus * load<usize>(entry, 24), 16);
  }
  return true;
}
