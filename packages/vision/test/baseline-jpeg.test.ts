import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import sharp, { type JpegOptions } from "sharp";
import { describe, expect, it } from "vitest";
import { createBaselineJpegDecoder } from "../src/baseline-jpeg.ts";
import { openImage, readRaster } from "../src/decode.ts";
import type { Raster } from "../src/raster.ts";
import { type BaselineJpegOptions, encodeBaselineJpeg } from "./baseline-encoder.ts";
import { photosFolder } from "./feature-goldens.ts";
import { noiseRaster, readOdd } from "./image-goldens.ts";

const decode = createBaselineJpegDecoder();
const decodeFast = (bytes: Uint8Array) => decode(bytes, { maxPixels: 50_000_000 });
const decodeSlowly = (bytes: Uint8Array): Promise<Raster> => readRaster(openImage(bytes, "jpeg", {}));

/** The fast path's raster is sharp's; or, where it may be none, undefined. @returns whether there was one */
async function compare(bytes: Uint8Array, name: string, mayBeNone = false): Promise<boolean> {
  const fast = decodeFast(bytes);
  if (fast === undefined) {
    if (!mayBeNone) throw new Error(`${name}: the fast path gave none`);
    return false;
  }
  const slow = await decodeSlowly(bytes).catch((error: unknown) => {
    throw new Error(`${name}: sharp refuses what the fast path takes`, { cause: error });
  });
  expect([fast.width, fast.height], name).toEqual([slow.width, slow.height]);
  expect(Buffer.compare(fast.data, slow.data), name).toBe(0);
  return true;
}

/** Steps from the start of a file to its end; a random double would be near 0 most of the time. */
const PLACES = 1 << 20;

const sizes = [
  [1, 1],
  [1, 40],
  [5, 5],
  [6, 1],
  [7, 9],
  [8, 8],
  [15, 17],
  [16, 16],
  [17, 33],
  [31, 41],
  [48, 32],
  [70, 50],
  [129, 3],
] as const;

const contents: Record<string, (width: number, height: number) => Raster> = {
  noise: noiseRaster,
  flat: (width, height) => drawRaster(width, height, () => 200),
  gradient: (width, height) =>
    drawRaster(width, height, (x, y, channel) => (x * (5 + channel) + y * (3 - channel)) & 255),
  edges: (width, height) => drawRaster(width, height, (x, y, channel) => (((x >> 2) ^ (y >> 1) ^ channel) & 1) * 255),
};

function drawRaster(width: number, height: number, value: (x: number, y: number, channel: number) => number): Raster {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return value(pixel % width, Math.floor(pixel / width), i % 3);
  });
  return { width, height, data };
}

function encode({ width, height, data }: Raster, options: JpegOptions): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg(options)
    .toBuffer();
}

/** Random coefficients that become fewer and smaller towards high frequencies. */
function randomBlocks(seed: number, scale: number): BaselineJpegOptions["block"] {
  let state = seed;
  const next = () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return () => {
    const length = next() < 0.3 ? 1 : Math.ceil(next() ** 2 * 64);
    return Array.from({ length }, (_, i) => Math.round(((next() - 0.5) * scale) / (1 + i / 3)));
  };
}

describe("createBaselineJpegDecoder", () => {
  describe.each(["4:4:4", "4:2:0"])("%s", (chromaSubsampling) => {
    it.each(Object.keys(contents))("gives sharp's bytes of %s of any size and quality", async (content) => {
      for (const [width, height] of sizes) {
        const raster = contents[content](width, height);
        const mayBeNone = chromaSubsampling === "4:2:0" && width <= 4;
        for (const quality of [1, 2, 5, 10, 25, 50, 75, 80, 90, 95, 99, 100]) {
          for (const optimiseCoding of [false, true]) {
            const file = await encode(raster, { quality, chromaSubsampling, optimiseCoding });
            await compare(file, `${width} x ${height}, quality ${quality}`, mayBeNone);
          }
        }
      }
    });
  });

  const samplings = [0x11, 0x21, 0x22];
  const encodings = samplings.flatMap((sampling) =>
    ([0, 1, 3, 7] as const).flatMap((restartInterval) =>
      (["flat", "steep"] as const).map((codes) => ({ sampling, restartInterval, codes })),
    ),
  );

  it.each(encodings)("gives sharp's bytes of coefficients: %o", async (encoding) => {
    for (const [width, height] of sizes) {
      const block = randomBlocks(width * height, 40);
      const file = encodeBaselineJpeg({ width, height, ...encoding, block });
      await compare(file, `${width} x ${height}`, encoding.sampling !== 0x11 && width <= 4);
    }
  });

  it("gives sharp's bytes or none of coefficients that no picture has", async () => {
    let taken = 0;
    for (const scale of [100, 1000, 4000, 16_000, 60_000]) {
      for (const quantiser of [1, 16, 255]) {
        for (const sampling of samplings) {
          const block = randomBlocks(scale * quantiser, scale);
          const options = { width: 70, height: 50, sampling, quantiser, block };
          // DC has sizes up to 11.
          const limited = (component: number) => block(component).map((value, i) => (i === 0 ? value % 2047 : value));
          const file = encodeBaselineJpeg({ ...options, block: limited });
          taken += Number(await compare(file, `${scale} * ${quantiser}`, true));
        }
      }
    }
    expect(taken).toBeGreaterThan(2);
  });

  it.skipIf(!photosFolder)("gives sharp's bytes of 300 photos (../shared/data)", async () => {
    const labels = readdirSync(photosFolder!);
    const files = labels.flatMap((label) => readdirSync(`${photosFolder}/${label}`).map((name) => `${label}/${name}`));
    for (const file of files) await compare(readFileSync(`${photosFolder}/${file}`), file);
    expect(files.length).toBe(300);
  });

  it("leaves other kinds to sharp", async () => {
    const raster = noiseRaster(40, 30);
    const kinds = {
      progressive: await encode(raster, { progressive: true }),
      grey: readOdd("grey.jpg"),
      cmyk: readOdd("cmyk.jpg"),
      ycck: readOdd("ycck.jpg"),
      truncated: readOdd("bad-truncated.jpg"),
      png: readOdd("rgb.png"),
    };
    for (const [kind, bytes] of Object.entries(kinds)) expect(decodeFast(bytes), kind).toBeUndefined();
  });

  const sound = { width: 40, height: 30, block: randomBlocks(1, 40) };
  const patched = (marker: number, offset: number, value: number) => {
    const file = Buffer.from(encodeBaselineJpeg({ ...sound, restartInterval: 2 }));
    file[file.indexOf(Buffer.from([0xff, marker])) + offset] = value;
    return file;
  };
  const adobe = (transform: number) =>
    Buffer.from(`\xff\xee\0\x0eAdobe\0\x64\0\0\0\0${"\0"}`, "latin1").fill(transform, 15);

  it.each<[string, Uint8Array]>([
    ["arithmetic coding", patched(0xc0, 1, 0xc9)],
    ["extended DCT", patched(0xc0, 1, 0xc1)],
    ["lossless", patched(0xc0, 1, 0xc3)],
    ["12 bits", patched(0xc0, 4, 12)],
    ["no height", patched(0xc0, 6, 0)],
    ["4:4:0", encodeBaselineJpeg({ ...sound, sampling: 0x12 })],
    ["4:1:1", encodeBaselineJpeg({ ...sound, sampling: 0x41 })],
    ["quantisers of 16 bits", patched(0xdb, 4, 0x10)],
    ["quantisers never defined", patched(0xc0, 12, 1)],
    ["a Huffman table never defined", patched(0xda, 6, 0x10)],
    ["a Huffman table of DC with sizes beyond 15", patched(0xc4, 36, 16)],
    ["an overfull Huffman code", patched(0xc4, 5, 3)],
    ["two scans", patched(0xda, 4, 1)],
    ["a spectral selection", patched(0xda, 12, 5)],
    ["a restart marker out of order", patched(0xd1, 1, 0xd3)],
    ["a restart marker too many", patched(0xd9, 1, 0xd0)],
    ["RGB by its ids", encodeBaselineJpeg({ ...sound, head: Uint8Array.of(), ids: [82, 71, 66] })],
    ["RGB by Adobe's marker", encodeBaselineJpeg({ ...sound, head: adobe(0) })],
    ["an unknown transform of Adobe", encodeBaselineJpeg({ ...sound, head: adobe(2) })],
    ["a size of DC beyond 11", encodeBaselineJpeg({ ...sound, quantiser: 0, block: () => [4095] })],
  ])("leaves %s to sharp", (_, bytes) => {
    expect(decodeFast(bytes)).toBeUndefined();
  });

  it("is not harmed by a Huffman code of far too many short symbols", () => {
    const file = encodeBaselineJpeg(sound);
    const before = decodeFast(file)!.data.slice();
    const hostile = Buffer.from(file);
    // The last table is that of AC, with 256 symbols; now 200 of them are codes of one bit.
    const counts = hostile.lastIndexOf(Buffer.of(0xff, 0xc4)) + 5;
    expect(hostile.subarray(counts, counts + 16).reduce((sum, count) => sum + count, 0)).toBe(256);
    hostile.fill(0, counts, counts + 16)[counts] = 200;
    hostile[counts + 15] = 56;
    expect(decodeFast(hostile)).toBeUndefined();
    expect(Buffer.from(decodeFast(file)!.data).equals(before)).toBe(true);
  });

  it.each<[string, Uint8Array]>([
    ["no marker but 1, 2, 3", encodeBaselineJpeg({ ...sound, head: Uint8Array.of() })],
    ["Adobe's marker", encodeBaselineJpeg({ ...sound, head: adobe(1), ids: [7, 5, 9] })],
    ["bytes after its end", Buffer.concat([encodeBaselineJpeg(sound), Buffer.from("after")])],
  ])("takes a JPEG with %s", async (name, bytes) => {
    await compare(bytes, name);
  });

  it("refuses what has more pixels than it may", () => {
    const file = encodeBaselineJpeg(sound);
    expect(decode(file, { maxPixels: 1199 })).toBeUndefined();
    expect(decode(file, { maxPixels: 1200 })).toMatchObject({ width: 40, height: 30 });
  });

  it("gives sharp's bytes or none of damaged files", async () => {
    const victims = await Promise.all([
      encode(noiseRaster(40, 30), { quality: 30, chromaSubsampling: "4:2:0" }),
      encode(contents.gradient(50, 20), { quality: 90, chromaSubsampling: "4:4:4" }),
      ...samplings.map((sampling) =>
        encodeBaselineJpeg({ ...sound, sampling, restartInterval: 2, block: randomBlocks(sampling, 30) }),
      ),
    ]);
    const damage = fc.record({
      kind: fc.constantFrom("change", "flip", "cut", "insert", "remove"),
      place: fc.nat(PLACES - 1),
      byte: fc.oneof(fc.nat(255), fc.constantFrom(0, 0xff, 0xd0, 0xd9)),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...victims),
        fc.array(damage, { minLength: 1, maxLength: 3 }),
        async (file, all) => {
          const bytes = all.reduce((before, { kind, place, byte }) => {
            const at = Math.floor((place / PLACES) * before.length);
            const [head, tail] = [before.subarray(0, at), before.subarray(at)];
            if (kind === "cut") return head;
            if (kind === "insert") return Buffer.concat([head, Buffer.of(byte), tail]);
            if (kind === "remove") return Buffer.concat([head, tail.subarray(1)]);
            const changed = kind === "flip" ? before[at] ^ (1 << (byte & 7)) : byte;
            return Buffer.concat([head, Buffer.of(changed), tail.subarray(1)]);
          }, Buffer.from(file));
          await compare(bytes, "damaged", true);
        },
      ),
      { numRuns: 3000 },
    );
  });
});
