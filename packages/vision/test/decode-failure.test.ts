import { describe, expect, it } from "vitest";
import { BadImageError } from "../src/bad-image.ts";
import { decodeFailure } from "../src/decode-failure.ts";

describe("decodeFailure", () => {
  it("leaves want of memory to the caller: the image is not at fault", () => {
    const error = new Error("vips_tracked: out of memory --- size == 48MB");
    expect(decodeFailure(error, Uint8Array.of(1))).toBe(error);
  });

  it("keeps the codec's words and the cause", () => {
    const cause = new Error("VipsJpeg: bogus\n  Huffman table");
    const failure = decodeFailure(cause, Uint8Array.of(0xff, 0xd8));
    expect(failure).toBeInstanceOf(BadImageError);
    expect(failure).toMatchObject({ reason: "corrupt", detail: "VipsJpeg: bogus Huffman table", cause });
  });
});
