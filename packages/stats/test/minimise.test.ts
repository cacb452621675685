import { expect, test } from "vitest";
import { minimise } from "../src/minimise.ts";
import { largestDifference, uniform } from "./random-matrix.ts";

/** ½ Σ scale·(x − centre)², whose curvatures differ by a factor of 80. */
const centre = uniform(20);
const quadratic = async (point: Float64Array) => {
  const gradient = point.map((x, j) => 10 ** (j / 10) * (x - centre[j]));
  // The 1 makes the last steps drown in rounding.
  const value = gradient.reduce((sum, g, j) => sum + (g * (point[j] - centre[j])) / 2, 1);
  return { value, gradient };
};

test("finds the minimum of an ill-conditioned quadratic", async () => {
  const options = { start: new Float64Array(20), evaluate: quadratic, gradientTolerance: 1e-9, maxIterations: 200 };
  const { point, converged, iterations } = await minimise(options);
  expect(converged).toBe(true);
  expect(iterations).toBeLessThan(150);
  expect(largestDifference(point, centre)).toBeLessThan(1e-8);
});

test("says so where the iterations run out, and where nothing descends", async () => {
  const start = new Float64Array(20);
  const short = await minimise({ start, evaluate: quadratic, gradientTolerance: 1e-9, maxIterations: 3 });
  expect(short).toMatchObject({ converged: false, iterations: 3 });
  const flat = async () => ({ value: 1, gradient: Float64Array.of(1) });
  const stuck = await minimise({ start: Float64Array.of(0), evaluate: flat, gradientTolerance: 0, maxIterations: 9 });
  expect(stuck).toMatchObject({ converged: false, iterations: 0 });
});
