import fc from "fast-check";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { topEigen } from "../src/symmetric-eigen.ts";
import { largestDifference, symmetric, withEigenvalues } from "./random-matrix.ts";

/** Residuals and orthogonality of all d vectors, relative to the largest |eigenvalue|. */
function check(matrix: Float64Array, d: number): Float64Array {
  const { values, vectors } = topEigen(matrix, d, d);
  const norm = Math.max(...values.map(Math.abs), Number.MIN_VALUE);
  const limit = 1e-13 * Math.max(10, d);
  for (let r = 0; r < d; r++) {
    const x = vectors.subarray(r * d, (r + 1) * d);
    for (let i = 0; i < d; i++) {
      let sum = -values[r] * x[i];
      for (let j = 0; j < d; j++) sum += matrix[i * d + j] * x[j];
      expect(Math.abs(sum) / norm).toBeLessThan(limit);
    }
    for (let q = 0; q <= r; q++) {
      let overlap = 0;
      for (let j = 0; j < d; j++) overlap += x[j] * vectors[q * d + j];
      expect(Math.abs(overlap - (q === r ? 1 : 0))).toBeLessThan(limit);
    }
  }
  return values;
}

describe("topEigen", () => {
  test.each([1, 2, 3, 7, 40])("random %i × %i, eigenvalues as ml-matrix has them", (d) => {
    const matrix = symmetric(d, 5 * d);
    const values = check(matrix, d);
    const rows = Array.from({ length: d }, (_, i) => Array.from(matrix.subarray(i * d, (i + 1) * d)));
    const oracle = new EigenvalueDecomposition(new Matrix(rows), { assumeSymmetric: true }).realEigenvalues;
    expect(
      largestDifference(
        values,
        [...oracle].sort((a, b) => b - a),
      ),
    ).toBeLessThan(1e-13 * d);
  });

  test("diagonal matrices, the unit matrix and zero", () => {
    const diagonal = (values: number[]) =>
      Float64Array.from({ length: values.length ** 2 }, (_, at) =>
        at % (values.length + 1) === 0 ? values[at / (values.length + 1)] : 0,
      );
    expect(check(diagonal([3, -1, 4, 1, 5]), 5)).toEqual(Float64Array.of(5, 4, 3, 1, -1));
    expect(check(diagonal([1, 1, 1, 1, 1, 1]), 6)).toEqual(new Float64Array(6).fill(1));
    expect(check(new Float64Array(16), 4)).toEqual(new Float64Array(4));
  });

  test("eigenvalues given: repeated, clustered, deficient, in any mixture", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0, 1, 1, 1 + 1e-13, 1 + 1e-6, 2, -3, 1e-14, 7), { minLength: 1, maxLength: 16 }),
        fc.integer({ min: 1, max: 1000 }),
        (wanted, seed) => {
          const values = check(withEigenvalues(wanted, seed), wanted.length);
          expect(
            largestDifference(
              values,
              [...wanted].sort((a, b) => b - a),
            ),
          ).toBeLessThan(1e-13);
        },
      ),
    );
  });

  test("a matrix of ones has rank 1", () => {
    const values = check(new Float64Array(900).fill(1), 30);
    expect(values[0]).toBeCloseTo(30, 12);
    expect(Math.abs(values[1])).toBeLessThan(1e-13);
  });

  test.each([1e-300, 1e-160, 1e160, 1e300])("values as large or small as %d neither overflow nor vanish", (size) => {
    const values = check(
      symmetric(6).map((x) => x * size),
      6,
    );
    expect(values[0]).toBeGreaterThan(0.1 * size);
  });

  test("the first k vectors are those of the whole, and k may depend on the eigenvalues", () => {
    const matrix = withEigenvalues([9, 5, 3, 1, 0.5, 0.1]);
    const whole = topEigen(matrix, 6, 6);
    const two = topEigen(matrix, 6, (values) => values.filter((value) => value > 4).length);
    expect(two.values).toEqual(whole.values);
    expect(largestDifference(two.vectors, whole.vectors.slice(0, 12))).toBeLessThan(1e-13);
    expect(topEigen(matrix, 6, 0).vectors.length).toBe(0);
  });

  test("the matrix is not changed, the same matrix gives the same bytes", () => {
    const matrix = symmetric(20);
    const before = matrix.slice();
    expect(topEigen(matrix, 20, 5)).toEqual(topEigen(matrix, 20, 5));
    expect(matrix).toEqual(before);
  });

  test("misuse is an error", () => {
    expect(() => topEigen(new Float64Array(5), 2, 1)).toThrow("has not 5 elements");
    expect(() => topEigen(new Float64Array(4), 2, 3)).toThrow("not in 0…2");
    expect(() => topEigen(Float64Array.of(1, Number.NaN, 0, 1), 2, 1)).toThrow("holds NaN");
  });
});
