import { expect, it } from "vitest";
import { cmykToRgb } from "../src/cmyk.ts";

it("mixes inks as Pillow does", () => {
  const inks = Uint8Array.of(0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 255, 10, 20, 30, 40, 255, 255, 255, 255);
  // Image.frombytes("CMYK", (5, 1), inks).convert("RGB") of Pillow 13.
  expect([...cmykToRgb(inks)]).toEqual([255, 255, 255, 0, 255, 255, 0, 0, 0, 207, 198, 190, 0, 0, 0]);
});
