import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeImage } from "../src/decode.ts";
import { filterNames } from "../src/filters.ts";
import { createResampler } from "../src/resample.ts";
import { goldens, noiseRaster, photosMissing, readPhoto, sha256 } from "./image-goldens.ts";

const kernels = ["simd", "typescript"] as const;

describe.each(kernels)("the %s resampler", (kernel) => {
  it.each(goldens.synthetic)(
    "gives Pillow's bytes for $width x $height, $filter",
    ({ width, height, filter, resampled }) => {
      const resample = createResampler({ filter, kernel });
      expect(sha256(resample(noiseRaster(width, height)))).toBe(resampled);
    },
  );

  it("copies an image that has the size already", () => {
    const raster = noiseRaster(5, 4);
    const pixels = createResampler({ width: 5, height: 4, kernel })(raster);
    expect(pixels).toEqual(raster.data);
    pixels.fill(0);
    expect(raster).toEqual(noiseRaster(5, 4));
  });
});

describe.skipIf(photosMissing)("resampled photos (need ../shared/data)", () => {
  const resamplers = kernels.map((kernel) => createResampler({ kernel }));

  it.each(goldens.photos)("are Pillow's bytes: $path", async ({ path, width, height, decoded, bicubic }) => {
    const raster = await decodeImage(readPhoto(path));
    expect([raster.width, raster.height]).toEqual([width, height]);
    expect(sha256(raster.data)).toBe(decoded);
    for (const resample of resamplers) expect(sha256(resample(raster))).toBe(bicubic);
  });
});

describe("the SIMD kernel", () => {
  it("equals its TypeScript twin at any sizes", () => {
    const side = fc.integer({ min: 1, max: 260 });
    const size = fc.record({ width: side, height: side });
    fc.assert(
      fc.property(size, size, fc.constantFrom(...filterNames), (from, to, filter) => {
        const raster = noiseRaster(from.width, from.height);
        const [simd, twin] = kernels.map((kernel) => createResampler({ ...to, filter, kernel })(raster));
        expect(Buffer.compare(simd, twin)).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  it("keeps nothing of a larger image in the result of a smaller one", () => {
    const resample = createResampler();
    const small = noiseRaster(30, 20);
    const before = resample(small);
    resample(noiseRaster(900, 1200));
    resample(noiseRaster(3000, 10));
    expect(Buffer.compare(resample(small), before)).toBe(0);
  });

  it("takes lines and columns as long as a JPEG's", () => {
    for (const [width, height] of [
      [65_535, 3],
      [3, 65_535],
    ]) {
      const raster = noiseRaster(width, height);
      const [simd, twin] = kernels.map((kernel) => createResampler({ kernel })(raster));
      expect(Buffer.compare(simd, twin)).toBe(0);
    }
  });

  it("clamps what overshoots at an edge of black and white", () => {
    const data = Uint8Array.from({ length: 60 * 60 * 3 }, (_, i) => (Math.floor(i / 3) % 60 < 30 ? 0 : 255));
    const pixels = createResampler({ filter: "lanczos" })({ width: 60, height: 60, data });
    expect(pixels[0]).toBe(0);
    expect(pixels[224 * 3 - 1]).toBe(255);
    expect(new Set(pixels).size).toBeGreaterThan(2);
  });
});
