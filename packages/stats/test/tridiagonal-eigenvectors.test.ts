import { describe, expect, test } from "vitest";
import { tridiagonalEigenvalues } from "../src/tridiagonal-eigenvalues.ts";
import { tridiagonalEigenvectors } from "../src/tridiagonal-eigenvectors.ts";
import { uniform } from "./random-matrix.ts";

function check(diagonal: Float64Array, offDiagonal: Float64Array): void {
  const n = diagonal.length;
  const values = tridiagonalEigenvalues(diagonal, offDiagonal);
  const vectors = tridiagonalEigenvectors({ diagonal, offDiagonal }, values);
  const norm = Math.max(...values.map(Math.abs));
  for (const [a, x] of vectors.entries()) {
    for (let i = 0; i < n; i++) {
      const left = i > 0 ? offDiagonal[i] * x[i - 1] : 0;
      const right = i + 1 < n ? offDiagonal[i + 1] * x[i + 1] : 0;
      expect(Math.abs(left + (diagonal[i] - values[a]) * x[i] + right)).toBeLessThanOrEqual(1e-14 * n * norm);
    }
    for (const [b, y] of vectors.entries()) {
      const overlap = x.reduce((sum, value, i) => sum + value * y[i], 0);
      expect(Math.abs(overlap - (a === b ? 1 : 0))).toBeLessThan(1e-11);
    }
  }
}

describe("tridiagonalEigenvectors", () => {
  test("random", () => check(uniform(40, 1), uniform(40, 2)));

  test("Wilkinson's W21+, whose large eigenvalues agree to 14 digits in pairs", () => {
    check(
      Float64Array.from({ length: 21 }, (_, i) => Math.abs(10 - i)),
      new Float64Array(21).fill(1),
    );
  });

  test("three W21+ glued by 1e-10: clusters of six", () => {
    check(
      Float64Array.from({ length: 63 }, (_, i) => Math.abs(10 - (i % 21))),
      Float64Array.from({ length: 63 }, (_, i) => (i % 21 === 0 ? 1e-10 : 1)),
    );
  });

  test("a matrix that splits, given whole", () => check(Float64Array.of(1, 1, 1, 1), Float64Array.of(0, 0, 0, 0)));

  test("no matrix to speak of", () => {
    check(Float64Array.of(3), Float64Array.of(0));
    check(new Float64Array(3), new Float64Array(3));
  });
});
