/** What the encoder writes, and how. */
export interface BaselineJpegOptions {
  readonly width: number;
  readonly height: number;
  /** Sampling factors of Y as in SOF, h << 4 | v; chroma has 1 x 1. @defaultValue 0x22 */
  readonly sampling?: number;
  /** MCUs. @defaultValue 0, no markers */
  readonly restartInterval?: number;
  /** Of each coefficient of each component. @defaultValue 16 */
  readonly quantiser?: number;
  /** Codes of 8 and 9 bits, or one each of 2 to 7 bits and the rest of 16. @defaultValue "flat" */
  readonly codes?: "flat" | "steep";
  /** Segments between SOI and the tables. @defaultValue JFIF's */
  readonly head?: Uint8Array;
  /** @defaultValue [1, 2, 3] */
  readonly ids?: readonly number[];
  /** Coefficients of a block as differences of DC and quantised AC, in zigzag order; trailing zeros may be left out. */
  readonly block: (component: number) => readonly number[];
}

const JFIF = Uint8Array.of(0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0);

/** Symbols of DC are sizes; those of AC run << 4 | size. */
const DC_SYMBOLS = Array.from({ length: 16 }, (_, size) => size);
const AC_SYMBOLS = Array.from({ length: 256 }, (_, symbol) => symbol);

/** Writes a JPEG of three components in one scan (ITU T.81 annex F) from coefficients: no colour, no DCT. */
export function encodeBaselineJpeg({
  width,
  height,
  sampling = 0x22,
  restartInterval = 0,
  quantiser = 16,
  codes = "flat",
  head = JFIF,
  ids = [1, 2, 3],
  block,
}: BaselineJpegOptions): Uint8Array {
  const [h, v] = [sampling >> 4, sampling & 15];
  const [dc, ac] = [huffmanCode(DC_SYMBOLS, codes), huffmanCode(AC_SYMBOLS, codes)];
  const bytes = [0xff, 0xd8, ...head];
  segment(bytes, 0xdb, [0, ...Array<number>(64).fill(quantiser)]);
  const factors = [sampling, 0x11, 0x11];
  segment(bytes, 0xc0, [8, ...word(height), ...word(width), 3, ...factors.flatMap((factor, i) => [ids[i], factor, 0])]);
  segment(bytes, 0xc4, [0x00, ...dc.counts, ...DC_SYMBOLS]);
  segment(bytes, 0xc4, [0x10, ...ac.counts, ...AC_SYMBOLS]);
  if (restartInterval > 0) segment(bytes, 0xdd, word(restartInterval));
  segment(bytes, 0xda, [3, ...ids.flatMap((id) => [id, 0]), 0, 63, 0]);
  const bits = new BitWriter(bytes);
  const mcus = Math.ceil(width / (8 * h)) * Math.ceil(height / (8 * v));
  for (let mcu = 0; mcu < mcus; mcu++) {
    if (restartInterval > 0 && mcu > 0 && mcu % restartInterval === 0) {
      bits.fill();
      bytes.push(0xff, 0xd0 + ((mcu / restartInterval - 1) & 7));
    }
    for (let i = 0; i < h * v; i++) writeBlock(bits, block(0), dc, ac);
    for (const component of [1, 2]) writeBlock(bits, block(component), dc, ac);
  }
  bits.fill();
  bytes.push(0xff, 0xd9);
  return Uint8Array.from(bytes);
}

interface HuffmanCode {
  /** Codes of 1 to 16 bits. */
  readonly counts: readonly number[];
  /** Of each symbol. */
  readonly codes: readonly { readonly code: number; readonly length: number }[];
}

function huffmanCode(symbols: readonly number[], kind: "flat" | "steep"): HuffmanCode {
  const counts = Array<number>(16).fill(0);
  symbols.forEach((_, i) => {
    counts[kind === "flat" ? (i < 128 ? 7 : 8) : i < 6 ? i + 1 : 15]++;
  });
  let code = 0;
  const codes = counts.flatMap((count, i) => {
    const ofLength = Array.from({ length: count }, () => ({ code: code++, length: i + 1 }));
    code <<= 1;
    return ofLength;
  });
  return { counts, codes };
}

function writeBlock(bits: BitWriter, [difference = 0, ...rest]: readonly number[], dc: HuffmanCode, ac: HuffmanCode) {
  writeCoefficient(bits, dc, 0, difference);
  let run = 0;
  for (const value of rest) {
    if (value === 0) {
      run++;
      continue;
    }
    for (; run > 15; run -= 16) bits.write(ac.codes[0xf0].code, ac.codes[0xf0].length);
    writeCoefficient(bits, ac, run, value);
    run = 0;
  }
  if (run > 0 || rest.length < 63) bits.write(ac.codes[0].code, ac.codes[0].length);
}

function writeCoefficient(bits: BitWriter, { codes }: HuffmanCode, run: number, value: number): void {
  const size = 32 - Math.clz32(Math.abs(value));
  const { code, length } = codes[(run << 4) | size];
  bits.write(code, length);
  bits.write(value < 0 ? value + (1 << size) - 1 : value, size);
}

class BitWriter {
  readonly #bytes: number[];
  #byte = 1;

  constructor(bytes: number[]) {
    this.#bytes = bytes;
  }

  write(value: number, length: number): void {
    for (let i = length - 1; i >= 0; i--) {
      this.#byte = (this.#byte << 1) | ((value >> i) & 1);
      // The first bit marks how many there are.
      if (this.#byte < 256) continue;
      this.#bytes.push(this.#byte & 255);
      if (this.#byte === 0x1ff) this.#bytes.push(0);
      this.#byte = 1;
    }
  }

  /** Fills the last byte up with ones. */
  fill(): void {
    while (this.#byte !== 1) this.write(1, 1);
  }
}

function segment(bytes: number[], marker: number, parameters: readonly number[]): void {
  bytes.push(0xff, marker, ...word(parameters.length + 2), ...parameters);
}

function word(value: number): number[] {
  return [value >> 8, value & 255];
}
