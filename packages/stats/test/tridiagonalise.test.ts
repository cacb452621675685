import { describe, expect, test } from "vitest";
import { backTransform } from "../src/back-transform.ts";
import type { OpenReduction } from "../src/reduction.ts";
import { openSimdReduction } from "../src/reduction-simd.ts";
import { openTypescriptReduction } from "../src/reduction-typescript.ts";
import { tridiagonalise } from "../src/tridiagonalise.ts";
import { largestDifference, multiply, symmetric } from "./random-matrix.ts";

/** Q·T·Qᵀ from what tridiagonalise returns: the rows of `backTransform` of the unit vectors are the columns of Q. */
function rebuild(matrix: Float64Array, d: number, open: OpenReduction) {
  const reduced = tridiagonalise(matrix, d, open);
  const qt = new Float64Array(d * d);
  const t = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    qt[i * d + i] = 1;
    t[i * d + i] = reduced.diagonal[i];
    if (i > 0) t[i * d + i - 1] = t[(i - 1) * d + i] = reduced.offDiagonal[i];
  }
  backTransform(reduced, qt, d);
  const q = Float64Array.from(qt, (_, at) => qt[(at % d) * d + Math.floor(at / d)]);
  return { rebuilt: multiply(multiply(q, t, d), qt, d), orthogonality: multiply(q, qt, d) };
}

describe.each([
  ["vectors", openSimdReduction],
  ["plain loops", openTypescriptReduction],
])("by %s", (_, open) => {
  test.each([1, 2, 3, 4, 5, 8, 9, 31, 64])("a %i × %i matrix is Q·T·Qᵀ with Q orthogonal", (d) => {
    const matrix = symmetric(d, d);
    const { rebuilt, orthogonality } = rebuild(matrix, d, open);
    expect(largestDifference(rebuilt, matrix)).toBeLessThan(1e-13 * d);
    const unit = Float64Array.from({ length: d * d }, (_, at) => (at % (d + 1) === 0 ? 1 : 0));
    expect(largestDifference(orthogonality, unit)).toBeLessThan(1e-13);
  });

  test("matrices with rows that need no reflection", () => {
    const d = 6;
    const sparse = new Float64Array(d * d);
    for (let i = 0; i < d; i++) sparse[i * d + i] = i;
    sparse[5 * d + 1] = sparse[1 * d + 5] = 2;
    sparse[4 * d + 3] = sparse[3 * d + 4] = -1;
    expect(largestDifference(rebuild(sparse, d, open).rebuilt, sparse)).toBeLessThan(1e-14);
    expect(largestDifference(rebuild(new Float64Array(d * d), d, open).rebuilt, new Float64Array(d * d))).toBe(0);
  });

  test("only the lower triangle is read", () => {
    const d = 9;
    const matrix = symmetric(d);
    const lower = matrix.map((x, at) => (at % d > Math.floor(at / d) ? Number.NaN : x));
    expect(tridiagonalise(lower, d, open).diagonal).toEqual(tridiagonalise(matrix, d, open).diagonal);
  });

  test("the matrix is left as it was", () => {
    const matrix = symmetric(12);
    const before = matrix.slice();
    tridiagonalise(matrix, 12, open);
    expect(matrix).toEqual(before);
  });
});

test("vectors and plain loops agree to rounding", () => {
  const d = 130;
  const matrix = symmetric(d);
  const [simd, plain] = [openSimdReduction, openTypescriptReduction].map((open) => tridiagonalise(matrix, d, open));
  expect(largestDifference(simd.diagonal, plain.diagonal)).toBeLessThan(1e-11);
  expect(largestDifference(simd.offDiagonal, plain.offDiagonal)).toBeLessThan(1e-11);
});
