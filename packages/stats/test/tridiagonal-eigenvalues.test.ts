import { describe, expect, test } from "vitest";
import { tridiagonalEigenvalues } from "../src/tridiagonal-eigenvalues.ts";
import { largestDifference } from "./random-matrix.ts";

describe("tridiagonalEigenvalues", () => {
  test("the second-difference matrix: 2 − 2·cos(πj/(n + 1))", () => {
    const n = 100;
    const values = tridiagonalEigenvalues(new Float64Array(n).fill(2), new Float64Array(n).fill(-1));
    const expected = Float64Array.from({ length: n }, (_, i) => 2 - 2 * Math.cos((Math.PI * (n - i)) / (n + 1)));
    expect(largestDifference(values, expected)).toBeLessThan(1e-14 * 4);
  });

  test("a diagonal matrix is sorted; element 0 of the off-diagonal is ignored", () => {
    expect(tridiagonalEigenvalues(Float64Array.of(1, 3, -2), Float64Array.of(99, 0, 0))).toEqual(
      Float64Array.of(3, 1, -2),
    );
  });

  test("one and two rows, and zeros", () => {
    expect(tridiagonalEigenvalues(Float64Array.of(5), Float64Array.of(0))).toEqual(Float64Array.of(5));
    expect(
      largestDifference(tridiagonalEigenvalues(Float64Array.of(2, 2), Float64Array.of(0, 1)), [3, 1]),
    ).toBeLessThan(1e-15);
    expect(tridiagonalEigenvalues(new Float64Array(4), new Float64Array(4))).toEqual(new Float64Array(4));
  });
});
