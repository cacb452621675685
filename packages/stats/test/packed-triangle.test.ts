import { expect, test } from "vitest";
import { packedDiagonal, packedLength, packedRowStart } from "../src/packed-triangle.ts";

test("rows of the upper triangle follow each other without a gap", () => {
  const d = 7;
  let at = 0;
  for (let i = 0; i < d; i++) {
    expect(packedRowStart(i, d)).toBe(at);
    at += d - i;
  }
  expect(packedLength(d)).toBe(at);
});

test("the diagonal", () => {
  expect(packedDiagonal(Float64Array.of(1, 9, 9, 2, 9, 3), 3)).toEqual(Float64Array.of(1, 2, 3));
});
