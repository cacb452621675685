import { describe, expect, it } from "vitest";
import { preparationVersion } from "../src/preparation-version.ts";
import { createPreparer, type PreparerOptions, prepareImage } from "../src/preparer.ts";
import { libvipsVersion } from "../src/safe-sharp.ts";
import { goldens, photosMissing, readOdd, readPhoto, sha256 } from "./image-goldens.ts";

const [photo] = goldens.photos;

describe("createPreparer", () => {
  it.skipIf(photosMissing)("prepares a photo as Pillow does (needs ../shared/data)", async () => {
    const { pixels, decodeMs, resampleMs } = await prepareImage(createPreparer(), readPhoto(photo.path));
    expect(sha256(pixels)).toBe(photo.bicubic);
    expect(decodeMs).toBeGreaterThan(0);
    expect(resampleMs).toBeGreaterThan(0);
  });

  it.skipIf(photosMissing)("comes close with vips (needs ../shared/data)", async () => {
    const file = readPhoto(photo.path);
    const [pillow, vips] = await Promise.all([
      prepareImage(createPreparer(), file),
      prepareImage(createPreparer({ resampler: "vips" }), file),
    ]);
    expect(vips.pixels.length).toBe(pillow.pixels.length);
    const apart = vips.pixels.reduce((sum, value, i) => sum + Math.abs(value - pillow.pixels[i]), 0);
    expect(apart / pillow.pixels.length).toBeGreaterThan(0);
    expect(apart / pillow.pixels.length).toBeLessThan(2);
  });

  it.each(["pillow", "vips"] as const)("makes squares of every odd file with %s", async (resampler) => {
    const preparer = createPreparer({ resampler, size: 32 });
    for (const { file } of goldens.odd) {
      const { pixels } = await prepareImage(preparer, readOdd(file));
      expect(pixels.length, file).toBe(32 * 32 * 3);
    }
  });

  it.each(["pillow", "vips"] as const)("drops alpha before it resizes with %s", async (resampler) => {
    const preparer = createPreparer({ resampler, size: 41 });
    const { pixels } = await prepareImage(preparer, readOdd("palette-alpha.png"));
    const opaque = await prepareImage(preparer, readOdd("palette.png"));
    expect(Buffer.compare(pixels, opaque.pixels)).toBe(0);
  });

  it.each(["pillow", "vips"] as const)("passes its options to the decoder with %s", async (resampler) => {
    const preparer = createPreparer({ resampler, maxPixels: 100 });
    await expect(prepareImage(preparer, readOdd("rgb.png"))).rejects.toMatchObject({ reason: "too-many-pixels" });
    await expect(prepareImage(preparer, readOdd("yuv420.jpg"))).rejects.toMatchObject({ reason: "too-many-pixels" });
    const [turned, upright] = await Promise.all(
      [false, true].map((exifRotate) => prepareImage(createPreparer({ resampler, exifRotate }), readOdd("exif-6.jpg"))),
    );
    expect(Buffer.compare(turned.pixels, upright.pixels)).not.toBe(0);
  });
});

describe("preparationVersion", () => {
  it("differs wherever pixels may", () => {
    const versions = [
      {},
      { filter: "nearest" },
      { resampler: "vips" },
      { exifRotate: true },
      { resampler: "vips", exifRotate: true },
    ] as const;
    expect(new Set(versions.map((options) => JSON.stringify(preparationVersion(options, "8.18")))).size).toBe(
      versions.length,
    );
    expect(preparationVersion({}, "8.19")).not.toEqual(preparationVersion({}, "8.18"));
    expect(libvipsVersion).toMatch(/^\d+\.\d+$/);
  });

  it("is the same for options that change no pixel", () => {
    const version = (options: PreparerOptions) => preparationVersion(options, "8.18");
    expect(version({ maxPixels: 1000 })).toEqual(version({}));
    expect(version({ resampler: "vips", filter: "nearest" })).toEqual(version({ resampler: "vips" }));
  });
});
