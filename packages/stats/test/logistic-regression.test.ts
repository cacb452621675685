import { expect, test } from "vitest";
import { classifyByLogisticRegression, fitLogisticRegression } from "../src/logistic-regression.ts";
import { uniform } from "./random-matrix.ts";

const [n, dimension, classes] = [90, 6, 3];
const labels = Array.from({ length: n }, (_, i) => i % classes);
const rows = uniform(n * dimension).map((x, at) => x + 0.8 * labels[Math.floor(at / dimension)] * (at % 2));

/** C·Σ cross-entropy + ½·Σ coefficients², from the definition. */
function loss(coefficients: Float64Array, intercepts: Float64Array, c: number): number {
  const { probabilities } = classifyByLogisticRegression(
    { classes, dimension, coefficients, intercepts, iterations: 0, converged: true },
    rows,
  );
  const entropy = labels.reduce((sum, label, row) => sum - Math.log(probabilities[row * classes + label]), 0);
  return c * entropy + 0.5 * coefficients.reduce((sum, w) => sum + w * w, 0);
}

test("no change of any weight lowers the loss", async () => {
  const c = 0.7;
  const model = await fitLogisticRegression({ rows, dimension, labels, classes }, { c, gradientTolerance: 1e-10 });
  const least = loss(model.coefficients, model.intercepts, c);
  for (let at = 0; at < classes * dimension; at++) {
    for (const change of [1e-3, -1e-3]) {
      const moved = model.coefficients.map((w, j) => (j === at ? w + change : w));
      expect(loss(moved, model.intercepts, c)).toBeGreaterThan(least);
    }
  }
  for (let at = 0; at < classes; at++) {
    const moved = model.intercepts.map((w, j) => (j === at ? w + 1e-3 : w));
    expect(loss(model.coefficients, moved, c)).toBeGreaterThan(least);
  }
});

test("classes without rows are never predicted", async () => {
  const doubled = labels.map((label) => 2 * label);
  const sparse = await fitLogisticRegression({ rows, dimension, labels: doubled, classes: 6 });
  const dense = await fitLogisticRegression({ rows, dimension, labels, classes });
  const found = classifyByLogisticRegression(sparse, rows);
  expect(Array.from(found.labels)).toEqual(
    Array.from(classifyByLogisticRegression(dense, rows).labels, (label) => 2 * label),
  );
  expect(found.probabilities[1]).toBe(0);
});

test("one class is certain, no rows are refused", async () => {
  const only = await fitLogisticRegression({ rows: [1, 2], dimension: 1, labels: [1, 1], classes: 2 });
  expect(Array.from(classifyByLogisticRegression(only, [7]).probabilities)).toEqual([0, 1]);
  await expect(fitLogisticRegression({ rows: [], dimension: 1, labels: [], classes: 2 })).rejects.toThrow("no rows");
});
