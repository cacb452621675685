import { expect, test } from "vitest";
import { CentroidAccumulator, classifyByCentroids, fitCentroids } from "../src/nearest-centroid.ts";
import { largestDifference, uniform } from "./random-matrix.ts";

const labelled = { rows: [0, 0, 2, 0, 10, 10, 10, 12], dimension: 2, labels: [0, 0, 2, 2], classes: 3 };

test("centroids are means; the variance is that within the classes", () => {
  const { centroids, counts, variance } = fitCentroids(labelled);
  expect(Array.from(centroids)).toEqual([1, 0, Number.NaN, Number.NaN, 10, 11]);
  expect(Array.from(counts)).toEqual([2, 0, 2]);
  // Each class has one column with two values 2 apart: Σ = 2 + 2, over (4 − 2) · 2.
  expect(variance).toBeCloseTo(1, 12);
});

test("the nearest centroid wins, a tie goes to the smallest class, an empty class never wins", () => {
  const model = fitCentroids(labelled);
  const { labels, probabilities } = classifyByCentroids(model, [9, 9, 0, 1, 5.5, 5.5]);
  expect(Array.from(labels)).toEqual([2, 0, 0]);
  expect(Array.from(probabilities.subarray(6))).toEqual([0.5, 0, 0.5]);
  const near = 1 / (1 + Math.exp((1 + 4 - (64 + 81)) / 2));
  expect(probabilities[2]).toBeCloseTo(near, 12);
});

test("classes without any spread leave no doubt", () => {
  const model = fitCentroids({ rows: [1, 5], dimension: 1, labels: [0, 1], classes: 2 });
  expect(model.variance).toBe(0);
  const { labels, probabilities } = classifyByCentroids(model, [1, 4, 3]);
  expect(Array.from(labels)).toEqual([0, 1, 0]);
  expect(Array.from(probabilities)).toEqual([1, 0, 0, 1, 0.5, 0.5]);
});

test("how the rows are cut changes no bit", () => {
  const rows = uniform(60 * 4);
  const labels = Array.from({ length: 60 }, (_, i) => i % 3);
  const whole = fitCentroids({ rows, dimension: 4, labels, classes: 3 });
  const accumulator = new CentroidAccumulator(3, 4);
  for (const [from, to] of [
    [0, 7],
    [7, 8],
    [8, 60],
  ]) {
    accumulator.add({ rows: rows.subarray(from * 4, to * 4), labels: labels.slice(from, to) });
  }
  expect(largestDifference(accumulator.finish().centroids, whole.centroids)).toBe(0);
  expect(accumulator.finish().variance).toBe(whole.variance);
});
