import { describe, expect, it } from "vitest";
import { describeContent, sniffFormat } from "../src/image-format.ts";
import { readOdd } from "./image-goldens.ts";

describe("sniffFormat", () => {
  it.each([
    ["grey.jpg", "jpeg"],
    ["png-inside.jpg", "png"],
    ["gif-inside.jpg", "gif"],
    ["lossy.webp", "webp"],
    ["rgb.tif", "tiff"],
    ["bad-html.jpg", undefined],
    ["bad-svg.jpg", undefined],
    ["bad-heic.jpg", undefined],
    ["bad-empty.jpg", undefined],
  ])("goes by the content of %s", (file, format) => {
    expect(sniffFormat(readOdd(file))).toBe(format);
  });

  it("reads the view's bytes, not its buffer's", () => {
    const padded = Buffer.concat([Buffer.from("GIF89a--"), readOdd("grey.jpg")]);
    expect(sniffFormat(padded.subarray(8))).toBe("jpeg");
  });
});

describe("describeContent", () => {
  it.each([
    ["bad-html.jpg", "HTML"],
    ["bad-svg.jpg", "SVG"],
    ["bad-pdf.jpg", "PDF"],
    ["bad-heic.jpg", "HEIC"],
  ])("says what %s is", (file, name) => {
    expect(describeContent(readOdd(file))).toContain(`the content is ${name}`);
  });

  it("shows the first bytes of anything else", () => {
    expect(describeContent(Uint8Array.of(1, 2, 254))).toContain("0x0102fe");
  });
});
