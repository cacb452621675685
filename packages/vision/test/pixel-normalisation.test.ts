import { expect, it } from "vitest";
import { normalisationTable, parseNormalisation } from "../src/pixel-normalisation.ts";

it.each([
  ["none", 0, 255],
  ["unit", 0, 1],
  ["symmetric", -1, 1],
  ["imagenet", (0 - 0.485) / 0.229, (1 - 0.485) / 0.229],
  ["0.25,0,0/0.5,1,1", -0.5, 1.5],
])("%s maps red 0 and 255 to %f and %f", (text, black, white) => {
  const [red] = normalisationTable(parseNormalisation(text));
  expect(red[0]).toBeCloseTo(black, 6);
  expect(red[255]).toBeCloseTo(white, 5);
});

it("has a table of its own for each channel", () => {
  const [red, green, blue] = normalisationTable(parseNormalisation("0,0.5,1/1,1,0.5"));
  expect([red[255], green[255], blue[255]]).toEqual([1, 0.5, 0]);
});

it.each(["", "caffe", "1,2,3", "1,2/1,2,3", "0,0,0/1,0,1", "0,0,0/1,1,1/2", "a,b,c/1,1,1"])("refuses %j", (text) => {
  expect(() => parseNormalisation(text)).toThrow(/^--input-normalisation: expected none, unit, symmetric, imagenet or/);
});
