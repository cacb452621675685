import { describe, expect, it } from "vitest";
import { formatBytes, formatCount, formatDuration, formatRate } from "../src/format.ts";

describe("format", () => {
  it.each([
    [0, "0 s"],
    [59.4, "59 s"],
    [59.6, "1 min 0 s"],
    [200, "3 min 20 s"],
    [3599.7, "1 h 0 min"],
    [7500, "2 h 5 min"],
    [-1, "0 s"],
    [Number.POSITIVE_INFINITY, "–"],
    [Number.NaN, "–"],
  ])("shows %d seconds as %s", (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1024, "1.0 KiB"],
    [1.5 * 2 ** 20, "1.5 MiB"],
    [2 ** 50, "1024.0 TiB"],
  ])("shows %d bytes as %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it("shows rates with a decimal where it matters", () => {
    expect(formatRate(12.345, "images")).toBe("12.3 images/s");
    expect(formatRate(1234.5, "images")).toBe("1,235 images/s");
  });

  it("counts in the singular and the plural", () => {
    expect([formatCount(1, "image"), formatCount(1200, "image"), formatCount(2, "box", "boxes")]).toEqual([
      "1 image",
      "1,200 images",
      "2 boxes",
    ]);
  });
});
