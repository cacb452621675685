import { describe, expect, it } from "vitest";
import { jpegComponents } from "../src/jpeg-components.ts";
import { readOdd } from "./image-goldens.ts";

describe("jpegComponents", () => {
  it.each([
    ["grey.jpg", 1],
    ["yuv420.jpg", 3],
    ["progressive.jpg", 3],
    ["icc.jpg", 3],
    ["exif-6.jpg", 3],
    ["extraneous.jpg", 3],
    ["cmyk.jpg", 4],
    ["ycck.jpg", 4],
    ["cmyk-without-adobe.jpg", 4],
  ])("counts those of %s", (file, components) => {
    expect(jpegComponents(readOdd(file))).toBe(components);
  });

  it("skips stray and fill bytes before a segment", () => {
    const jpeg = readOdd("cmyk.jpg");
    const stray = Buffer.concat([jpeg.subarray(0, 2), Buffer.from([0, 7, 0xff, 0xff]), jpeg.subarray(2)]);
    expect(jpegComponents(stray)).toBe(4);
  });

  it("finds none where the frame header is missing", () => {
    expect(jpegComponents(readOdd("cmyk.jpg").subarray(0, 60))).toBeUndefined();
    expect(jpegComponents(Uint8Array.of(0xff, 0xd8, 0xff))).toBeUndefined();
  });
});
