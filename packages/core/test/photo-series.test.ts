import { expect, test } from "vitest";
import { photoSeries } from "../src/photo-series.ts";

test("the last number of a name is the frame, what stands before it the series, folder and all", () => {
  expect(
    photoSeries(["apple/r0_19.jpg", "apple/r0_103.jpg", "apple/r1_19.jpg", "pear/r0_3.jpg", "pear/r0_4.jpg"]),
  ).toEqual(["apple/r0_", "apple/r0_", "apple/r1_", "pear/r0_", "pear/r0_"]);
});

test("a number that all photos of a folder end with is no frame", () => {
  expect(photoSeries(["apple/r0_19_100.jpg", "apple/r0_23_100.jpg", "apple/12_100.jpg"])).toEqual([
    "apple/r0__100",
    "apple/r0__100",
    undefined,
  ]);
});

test("names without a number, or of nothing else, show no series", () => {
  expect(photoSeries(["a/front.jpg", "a/7.jpg", "8", "b/.jpg"])).toEqual([undefined, undefined, undefined, undefined]);
  expect(photoSeries([])).toEqual([]);
});
