import { expect, test } from "vitest";
import { crossValidateLogistic } from "../src/cross-validate-logistic.ts";
import { crossValidate, pickRows } from "../src/cross-validation.ts";
import { classifyByLogisticRegression, fitLogisticRegression } from "../src/logistic-regression.ts";
import { createTypescriptRowProducts, type RowProducts } from "../src/row-products.ts";
import { uniform } from "./random-matrix.ts";

const [n, dimension, classes] = [60, 4, 3];
const labels = Array.from({ length: n }, (_, i) => i % classes);
const rows = uniform(n * dimension).map((x, at) => x + 0.4 * labels[Math.floor(at / dimension)] * (at % 2));
const folds = { fold: Int32Array.from({ length: n }, (_, i) => Math.floor(i / classes) % 4), count: 4 };

function counting(products: RowProducts): { products: RowProducts; calls: () => number } {
  let calls = 0;
  const counted: RowProducts = {
    ...products,
    withWeights(weights, count) {
      calls += 1;
      return products.withWeights(weights, count);
    },
  };
  return { products: counted, calls: () => calls };
}

test("all folds at once predict what one after the other does, with fewer passes over the rows", async () => {
  let iterations = 0;
  const expected = await crossValidate({
    labels,
    classes,
    folds,
    async classify(train, tested) {
      const training = { rows: pickRows(rows, dimension, train), dimension, labels: pickLabels(train), classes };
      const model = await fitLogisticRegression(training);
      iterations += model.iterations;
      return classifyByLogisticRegression(model, pickRows(rows, dimension, tested)).labels;
    },
  });
  const { products, calls } = counting(createTypescriptRowProducts(rows, dimension));
  const found = await crossValidateLogistic({ labels, classes, folds, products });
  expect(found).toEqual(expected);
  // Some predictions are wrong, so equality says something.
  expect(found.correct).toBeGreaterThan(n / classes);
  expect(found.correct).toBeLessThan(n);
  expect(calls()).toBeLessThan(iterations / 2);
});

test("a class that only the tested fold has is never predicted there", async () => {
  const rare = labels.map((label, i) => (i === 0 ? 3 : label));
  const products = createTypescriptRowProducts(rows, dimension);
  const found = await crossValidateLogistic({ labels: rare, classes: 4, folds, products });
  expect(found.predicted[0]).not.toBe(3);
});

test("one fold validates nothing and is refused, and an error of a product reaches the caller", async () => {
  const products = createTypescriptRowProducts(rows, dimension);
  const one = { fold: new Int32Array(n), count: 1 };
  await expect(crossValidateLogistic({ labels, classes, folds: one, products })).rejects.toThrow(RangeError);
  const broken = { ...products, withResiduals: () => Promise.reject(new Error("out of order")) };
  await expect(crossValidateLogistic({ labels, classes, folds, products: broken })).rejects.toThrow("out of order");
});

function pickLabels(train: Int32Array): Int32Array {
  return Int32Array.from(train, (row) => labels[row]);
}
