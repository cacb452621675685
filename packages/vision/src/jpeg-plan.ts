/** A component of a frame: byte offsets of its tables in the file. */
export interface JpegPlanComponent {
  /** Its 64 quantisers of 8 bits, in zigzag order. */
  readonly quantisation: number;
  readonly dc: HuffmanPlace;
  readonly ac: HuffmanPlace;
}

/** A Huffman table in a DHT segment. */
export interface HuffmanPlace {
  /** 0 to 3 for DC, 4 to 7 for AC. */
  readonly slot: number;
  /** Byte offset of its 16 counts, which its symbols follow. */
  readonly counts: number;
}

/** A baseline JPEG of YCbCr in one scan. */
export interface JpegPlan {
  readonly width: number;
  readonly height: number;
  /** Samples of luma for one of chroma, across: 1 or 2. */
  readonly horizontal: number;
  /** The same down: 1, or 2 where `horizontal` is 2. */
  readonly vertical: number;
  /** Y, Cb, Cr. */
  readonly components: readonly JpegPlanComponent[];
  /** MCUs between restart markers; 0 for none. */
  readonly restartInterval: number;
  /** Byte offset of the entropy-coded data. */
  readonly scan: number;
}

/** JPEG_MAX_DIMENSION of libjpeg. */
const MAX_SIDE = 65_500;

/** What the headers have said so far. */
interface Headers {
  readonly quantisation: (number | undefined)[];
  readonly huffman: (HuffmanPlace | undefined)[];
  restartInterval: number;
  isJfif: boolean;
  adobeTransform?: number;
  /** Byte offset of SOF0's parameters. */
  frame?: number;
}

/**
 * Reads the headers of a JPEG (ITU T.81 annex B). Only what {@link JpegPlan} can say is let through: undefined for
 * anything else, for anything out of order and for whatever libjpeg would refuse or warn of.
 */
export function planJpeg(bytes: Uint8Array): JpegPlan | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  const headers: Headers = { quantisation: [], huffman: [], restartInterval: 0, isJfif: false };
  for (let i = 2; i + 4 <= bytes.length; ) {
    const marker = bytes[i + 1];
    const start = i + 4;
    const end = i + 2 + word(bytes, i + 2);
    if (bytes[i] !== 0xff || end < start || end > bytes.length) return undefined;
    if (marker === 0xda) return planScan(bytes, headers, start, end);
    const read = segments.get(marker) ?? (isSkipped(marker) ? () => true : undefined);
    if (!read?.(headers, bytes, start, end)) return undefined;
    i = end;
  }
  return undefined;
}

/** APP1 to APP15 and COM; what libvips makes of them are no pixels. */
function isSkipped(marker: number): boolean {
  return (marker >= 0xe1 && marker <= 0xef) || marker === 0xfe;
}

/** Reads a segment's parameters, from `start` to `end`; false where they are not for us. */
type SegmentReader = (headers: Headers, bytes: Uint8Array, start: number, end: number) => boolean;

const segments: ReadonlyMap<number, SegmentReader> = new Map([
  [0xc0, readFrame],
  [0xc4, readHuffman],
  [0xdb, readQuantisation],
  [0xdd, readRestartInterval],
  [0xe0, readJfif],
  [0xee, readAdobe],
]);

function readFrame(headers: Headers, bytes: Uint8Array, start: number, end: number): boolean {
  if (headers.frame !== undefined || end - start !== 15) return false;
  headers.frame = start;
  return bytes[start] === 8 && bytes[start + 5] === 3;
}

function readQuantisation({ quantisation }: Headers, bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i += 65) {
    // The upper half says 16 bits.
    if (bytes[i] > 3 || i + 65 > end) return false;
    quantisation[bytes[i]] = i + 1;
  }
  return true;
}

function readHuffman({ huffman }: Headers, bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; ) {
    if (bytes[i] & 0xec || i + 17 > end) return false;
    const slot = (bytes[i] >> 2) | (bytes[i] & 3);
    const symbols = bytes.subarray(i + 1, i + 17).reduce((sum, count) => sum + count, 0);
    if (symbols > 256) return false;
    huffman[slot] = { slot, counts: i + 1 };
    i += 17 + symbols;
    if (i > end) return false;
  }
  return true;
}

function readRestartInterval(headers: Headers, bytes: Uint8Array, start: number, end: number): boolean {
  headers.restartInterval = word(bytes, start);
  return end - start === 2;
}

function readJfif(headers: Headers, bytes: Uint8Array, start: number, end: number): boolean {
  headers.isJfif ||= end - start >= 14 && startsWith(bytes, start, "JFIF\0");
  return true;
}

function readAdobe(headers: Headers, bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start >= 12 && startsWith(bytes, start, "Adobe")) headers.adobeTransform = bytes[start + 11];
  return true;
}

function planScan(bytes: Uint8Array, headers: Headers, start: number, end: number): JpegPlan | undefined {
  const { frame, quantisation, huffman, restartInterval } = headers;
  if (frame === undefined || end - start !== 10 || bytes[start] !== 3) return undefined;
  // Ss, Se, Ah and Al of sequential DCT.
  if (bytes[start + 7] !== 0 || bytes[start + 8] !== 63 || bytes[start + 9] !== 0) return undefined;
  const height = word(bytes, frame + 1);
  const width = word(bytes, frame + 3);
  if (width === 0 || height === 0 || width > MAX_SIDE || height > MAX_SIDE) return undefined;
  const ids: number[] = [];
  const factors: number[] = [];
  const components: JpegPlanComponent[] = [];
  for (let i = 0; i < 3; i++) {
    const [id, factor, table] = bytes.subarray(frame + 6 + i * 3, frame + 9 + i * 3);
    const tables = bytes[start + 2 + i * 2];
    const quantiser = quantisation[table];
    const dc = huffman[tables >> 4];
    const ac = huffman[4 + (tables & 15)];
    if (ids.includes(id) || bytes[start + 1 + i * 2] !== id || tables & 0xcc) return undefined;
    if (quantiser === undefined || dc === undefined || ac === undefined) return undefined;
    ids.push(id);
    factors.push(factor);
    components.push({ quantisation: quantiser, dc, ac });
  }
  if (!isYcc(headers, ids) || ![0x11, 0x21, 0x22].includes(factors[0])) return undefined;
  if (factors[1] !== 0x11 || factors[2] !== 0x11) return undefined;
  const [horizontal, vertical] = [factors[0] >> 4, factors[0] & 15];
  // libjpeg upsamples lines of one and two otherwise (jdsample.c).
  if (horizontal === 2 && width <= 4) return undefined;
  return { width, height, horizontal, vertical, components, restartInterval, scan: end };
}

/** A part of the rule of jdapimin.c (default_decompress_parms): what it guesses is left out. */
function isYcc({ isJfif, adobeTransform }: Headers, ids: readonly number[]): boolean {
  if (isJfif) return true;
  if (adobeTransform !== undefined) return adobeTransform === 1;
  return ids.every((id, i) => id === i + 1);
}

function word(bytes: Uint8Array, i: number): number {
  return (bytes[i] << 8) | bytes[i + 1];
}

function startsWith(bytes: Uint8Array, start: number, text: string): boolean {
  return [...text].every((letter, i) => bytes[start + i] === letter.charCodeAt(0));
}
