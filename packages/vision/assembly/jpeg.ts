// Decodes the scan of a baseline JPEG of three components to RGB, byte for byte as libjpeg-turbo does with its defaults
// (jdmaster.c): accurate integer DCT, fancy upsampling. The caller has parsed the headers.
//
// Memory, from the end of the static data: the file; the scan without stuffing; a strip of samples; RGB.

import { addBlock, atEnd, clearPlan, decodeMcus, startScan } from "./jpeg-blocks";
import { convertLine } from "./jpeg-colour";

export { setQuantisation } from "./jpeg-blocks";
export { buildHuffmanTable } from "./jpeg-huffman";

/**
 * What the longest MCU can take of the stream beyond its end, before that is noticed: 6 blocks of 64 codes of 31 bits;
 * and more than the vectors reach past the ends of lines and of the image.
 */
const SLACK: usize = 2048;
const PAGE_BYTES: usize = 1 << 16;
/** Room around a line of samples, where its edges are repeated. */
const MARGIN: i32 = 16;

/** A plane's strip: a line of the strip before, those of a line of MCUs, and one more below the image. */
@unmanaged
class Strip {
  /** First sample of the first line of this line of MCUs. */
  start: usize;
  /** Bytes from line to line. */
  stride: i32;
  /** Lines of a line of MCUs. */
  lines: i32;
}

const luma = changetype<Strip>(memory.data(12, 16));
const blues = changetype<Strip>(memory.data(12, 16));
const reds = changetype<Strip>(memory.data(12, 16));
/** For each component its DC and its AC table. */
const tables = memory.data(3 * 8, 16);

function align(address: usize): usize {
  return (address + 15) & ~15;
}

function ensure(end: usize): bool {
  const size = <usize>memory.size() * PAGE_BYTES;
  if (end <= size) return true;
  return memory.grow(<i32>((end - size + PAGE_BYTES - 1) / PAGE_BYTES)) >= 0;
}

/** Room for a file of `bytes`; 0 where memory doesn't suffice. */
export function reserveFile(bytes: usize): usize {
  const start = align(__heap_base);
  return ensure(start + bytes + SLACK) ? start : 0;
}

export function setTables(component: i32, dc: i32, ac: i32): void {
  store<i32>(tables + component * 8, dc);
  store<i32>(tables + component * 8, ac, 4);
}

/** Where a line's first sample lies. */
function lineAt(strip: Strip, y: i32): usize {
  return strip.start + <usize>(y * strip.stride);
}

/** Lays a strip out and puts its blocks into the plan of an MCU; returns where the next strip may begin. */
function planStrip(strip: Strip, component: i32, start: usize, mcus: i32, h: i32, v: i32): usize {
  const step = h * 8;
  strip.stride = <i32>align(mcus * step + 2 * MARGIN);
  strip.lines = v * 8;
  strip.start = start + strip.stride + MARGIN;
  const dc = load<i32>(tables + component * 8);
  const ac = load<i32>(tables + component * 8, 4);
  for (let y = 0; y < v * 8; y += 8) {
    for (let x = 0; x < step; x += 8) {
      addBlock(component, dc, ac, lineAt(strip, y) + x, strip.stride, step);
    }
  }
  return start + <usize>((v * 8 + 2) * strip.stride);
}

/** Repeats the first and the last of `width` samples beside them, in lines `from` to `to` inclusive. */
function repeatEdges(strip: Strip, width: i32, from: i32, to: i32): void {
  for (let y = from; y <= to; y++) {
    const line = lineAt(strip, y);
    store<u8>(line - 1, load<u8>(line));
    store<u8>(line + width, load<u8>(line + width - 1));
  }
}

function copyLine(strip: Strip, from: i32, to: i32): void {
  memory.copy(lineAt(strip, to) - MARGIN, lineAt(strip, from) - MARGIN, strip.stride);
}

/**
 * Decodes the scan that begins at `scan` in a file that ends at `end`. Luma has `h` x `v` samples for one of chroma: 1 x
 * 1, 2 x 1 or 2 x 2; with `h` 2 a line has at least 3 of chroma.
 *
 * @returns where `height` lines of `width` pixels of 3 bytes lie; 0 where this is not for this decoder
 */
export function decode(scan: usize, end: usize, width: i32, height: i32, h: i32, v: i32, interval: i32): usize {
  const mcusAcross = (width + h * 8 - 1) / (h * 8);
  const mcusDown = (height + v * 8 - 1) / (v * 8);
  const chromaWidth = (width + h - 1) / h;
  const stream = align(end + SLACK);
  let free = align(stream + (end - scan) + SLACK);
  clearPlan();
  free = planStrip(luma, 0, free, mcusAcross, h, v);
  free = planStrip(blues, 1, free, mcusAcross, 1, 1);
  free = planStrip(reds, 2, free, mcusAcross, 1, 1);
  const image = align(free + SLACK);
  if (!ensure(image + <usize>width * <usize>height * 3 + SLACK)) return 0;
  if (!startScan(scan, end, stream, mcusAcross * mcusDown, interval)) return 0;
  let target = image;
  for (let row = 0; row < mcusDown; row++) {
    if (!decodeMcus(mcusAcross)) return 0;
    const first = row * v * 8;
    const real = min(height - first, v * 8);
    if (h === 2) {
      repeatEdges(blues, chromaWidth, 0, 7);
      repeatEdges(reds, chromaWidth, 0, 7);
    }
    if (v === 2) target = convertStripH2V2(row === 0, row === mcusDown - 1, real, target, width);
    else target = convertStrip(h, real, target, width);
  }
  return atEnd() ? image : 0;
}

function convertStrip(h: i32, lines: i32, target: usize, width: i32): usize {
  for (let y = 0; y < lines; y++) {
    convertLine(lineAt(luma, y), lineAt(blues, y), lineAt(reds, y), h, 0, target, width);
    target += width * 3;
  }
  return target;
}

/**
 * A strip's last line of pixels takes chroma from the next strip, so it waits for that. Above the image and below its
 * last real line libjpeg repeats lines of chroma (jdmainct.c: set_bottom_pointers).
 */
function convertStripH2V2(isFirst: bool, isLast: bool, lines: i32, target: usize, width: i32): usize {
  if (isFirst) {
    copyLine(blues, 0, -1);
    copyLine(reds, 0, -1);
  }
  if (isLast) {
    const chromaLines = (lines + 1) >> 1;
    copyLine(blues, chromaLines - 1, chromaLines);
    copyLine(reds, chromaLines - 1, chromaLines);
  }
  const end = isLast ? lines : 15;
  for (let y = isFirst ? 0 : -1; y < end; y++) {
    const near = y >> 1;
    const far = y & 1 ? blues.stride : -blues.stride;
    convertLine(lineAt(luma, y), lineAt(blues, near), lineAt(reds, near), 2, far, target, width);
    target += width * 3;
  }
  copyLine(luma, luma.lines - 1, -1);
  copyLine(blues, 7, -1);
  copyLine(reds, 7, -1);
  return target;
}
