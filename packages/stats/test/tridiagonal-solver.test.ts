import { expect, test } from "vitest";
import { createTridiagonalSolver } from "../src/tridiagonal-solver.ts";
import { largestDifference, uniform } from "./random-matrix.ts";

test.each([1, 2, 3, 50])("solves %i equations, with the swaps that small pivots need", (n) => {
  const diagonal = uniform(n, 1).map((x, i) => (i % 3 === 0 ? 1e-9 * x : x));
  const offDiagonal = uniform(n, 2);
  const expected = uniform(n, 3);
  const shift = 0.1;
  const solver = createTridiagonalSolver(diagonal, offDiagonal, 1e-16);
  const x = expected.map((value, i) => {
    const left = i > 0 ? offDiagonal[i] * expected[i - 1] : 0;
    const right = i + 1 < n ? offDiagonal[i + 1] * expected[i + 1] : 0;
    return left + (diagonal[i] - shift) * value + right;
  });
  solver.factor(shift);
  solver.solve(x);
  expect(largestDifference(x, expected)).toBeLessThan(1e-11);
});

test("a singular system gives a huge, finite solution", () => {
  const solver = createTridiagonalSolver(Float64Array.of(1, 1), Float64Array.of(0, 0), 1e-16);
  solver.factor(1);
  const x = Float64Array.of(1, 1);
  solver.solve(x);
  expect(x[0]).toBeGreaterThan(1e15);
  expect(Number.isFinite(x[0])).toBe(true);
});
