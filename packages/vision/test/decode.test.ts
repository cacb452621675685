import { describe, expect, it } from "vitest";
import { blackPng } from "../../../test/fixtures/black-png.ts";
import { BadImageError } from "../src/bad-image.ts";
import { decodeImage } from "../src/decode.ts";
import { goldens, readOdd, sha256 } from "./image-goldens.ts";

describe("decodeImage", () => {
  it.each(goldens.odd)("gives Pillow's bytes for $file", async ({ file, width, height, decoded }) => {
    const raster = await decodeImage(readOdd(file));
    expect([raster.width, raster.height, raster.data.length]).toEqual([width, height, width * height * 3]);
    expect(sha256(raster.data)).toBe(decoded);
  });

  it("turns an image upright only when asked", async () => {
    const { upright, decoded } = goldens.odd.find(({ file }) => file === "exif-6.jpg")!;
    const raster = await decodeImage(readOdd("exif-6.jpg"), { exifRotate: true });
    expect([raster.width, raster.height]).toEqual([31, 41]);
    expect(sha256(raster.data)).toBe(upright);
    expect(upright).not.toBe(decoded);
  });

  it.each([
    ["bad-empty.jpg", "empty", /no bytes/],
    ["bad-truncated.jpg", "truncated", /premature end/],
    ["bad-truncated-header.jpg", "truncated", /premature end/],
    ["bad-truncated.png", "truncated", /png/],
    ["bad-truncated.tif", "truncated", /tiff/],
    ["bad-corrupt.png", "corrupt", /png/],
    ["bad-html.jpg", "not-an-image", /HTML/],
    ["bad-svg.jpg", "not-an-image", /SVG/],
    ["bad-pdf.jpg", "not-an-image", /PDF/],
    ["bad-heic.jpg", "not-an-image", /HEIC/],
    ["bad-bmp.jpg", "not-an-image", /BMP/],
  ])("refuses %s: %s", async (file, reason, detail) => {
    const error = await decodeImage(readOdd(file)).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(BadImageError);
    expect(error).toMatchObject({ reason, detail: expect.stringMatching(detail) });
  });

  it("refuses a cut WebP", async () => {
    const error = decodeImage(readOdd("lossy.webp").subarray(0, 300));
    await expect(error).rejects.toMatchObject({ reason: "truncated", detail: expect.stringMatching(/webp/) });
  });

  it("refuses an image above the pixel limit, and takes one at the limit", async () => {
    const file = readOdd("grey.jpg");
    await expect(decodeImage(file, { maxPixels: 41 * 31 - 1 })).rejects.toMatchObject({ reason: "too-many-pixels" });
    await expect(decodeImage(file, { maxPixels: 41 * 31 })).resolves.toMatchObject({ width: 41, height: 31 });
  });

  it("refuses a side that no JPEG can have", async () => {
    const error = decodeImage(await blackPng(65_536, 1));
    await expect(error).rejects.toMatchObject({
      reason: "too-many-pixels",
      detail: expect.stringContaining("65536 x 1"),
    });
  });

  it("refuses a decompression bomb at once, without memory for its pixels", async () => {
    const bomb = await blackPng(30_000, 30_000);
    expect(bomb.length).toBeLessThan(1e6);
    await decodeImage(readOdd("grey.png"));
    const before = process.resourceUsage().maxRSS;
    const start = performance.now();
    await expect(decodeImage(bomb)).rejects.toMatchObject({ reason: "too-many-pixels" });
    expect(performance.now() - start).toBeLessThan(1000);
    // KiB: the peak of the process, which no garbage collection can hide.
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(100 * 1024);
  });

  it("tells what is wrong with each of many bad images at a time", async () => {
    const files = ["bad-truncated.jpg", "bad-corrupt.png", "bad-truncated.tif", "bad-truncated.png", "rgb.png"];
    const outcome = (file: string): Promise<unknown> =>
      decodeImage(readOdd(file)).then(
        () => "read",
        ({ reason, detail }: BadImageError) => `${reason}: ${detail}`,
      );
    const alone: unknown[] = [];
    for (const file of files) alone.push(await outcome(file));
    const together = await Promise.all(Array.from({ length: 50 }, (_, i) => outcome(files[i % files.length])));
    expect(together).toEqual(together.map((_, i) => alone[i % files.length]));
  });

  it("decodes the next image after a bad one", async () => {
    const files = ["bad-truncated.jpg", "grey.jpg", "bad-corrupt.png", "rgb.png"];
    const results = await Promise.allSettled(files.map((file) => decodeImage(readOdd(file))));
    expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "rejected", "fulfilled"]);
  });
});
