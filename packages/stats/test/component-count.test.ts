import { expect, test } from "vitest";
import { checkTarget, componentsForVariance, numericalRank } from "../src/component-count.ts";

test("rank counts what is above 1e-10 of the largest eigenvalue", () => {
  expect(numericalRank(Float64Array.of(10, 1, 2e-9, 1e-9, 0, -1e-15))).toBe(3);
  expect(numericalRank(Float64Array.of(1, 1))).toBe(2);
  expect(numericalRank(Float64Array.of(0, 0))).toBe(0);
});

test("the smallest k that reaches the variance", () => {
  const ratios = Float64Array.of(0.5, 0.3, 0.1, 0.1);
  expect(componentsForVariance(ratios, 0.5, 4)).toBe(1);
  expect(componentsForVariance(ratios, 0.51, 4)).toBe(2);
  expect(componentsForVariance(ratios, 0.8, 4)).toBe(2);
  expect(componentsForVariance(ratios, 0.9, 4)).toBe(3);
  expect(componentsForVariance(ratios, 1, 4)).toBe(4);
  expect(componentsForVariance(Float64Array.of(0.1, 0.2, 0.7), 0.3, 3)).toBe(2);
});

test("never more than the rank", () => {
  expect(componentsForVariance(Float64Array.of(0.6, 0.3, 0.1), 1, 2)).toBe(2);
});

test("targets out of range are refused", () => {
  for (const components of [0, -1, 1.5, Number.NaN]) expect(() => checkTarget({ components })).toThrow("components");
  for (const variance of [0, -0.1, 1.01, Number.NaN]) expect(() => checkTarget({ variance })).toThrow("variance");
  checkTarget({ components: 3 });
  checkTarget({ variance: 1 });
});
