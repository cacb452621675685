import { expect, test } from "vitest";
import { createTypescriptRowProducts } from "../src/row-products.ts";
import { createOnnxruntimeRowProducts } from "../src/row-products-onnxruntime.ts";
import { largestDifference, uniform } from "./random-matrix.ts";

test("both products are those of the definition, in TypeScript", async () => {
  const products = createTypescriptRowProducts([1, 2, 3, 4, 5, 6], 2);
  expect(products.rows).toBe(3);
  expect(Array.from(await products.withWeights(Float64Array.of(1, 0, 1, 1), 2))).toEqual([1, 3, 3, 7, 5, 11]);
  expect(Array.from(await products.withResiduals(Float64Array.of(1, 0, 1, 0, 0, 2), 2))).toEqual([4, 6, 10, 12]);
});

test("onnxruntime's are its twin's to 1e-12, over several blocks", async () => {
  const [n, d, classes] = [2500, 33, 4];
  const x = Float32Array.from(uniform(n * d));
  const [weights, residuals] = [uniform(classes * d, 2), uniform(n * classes, 3)];
  const twin = createTypescriptRowProducts(x, d);
  const fast = await createOnnxruntimeRowProducts(x, d);
  try {
    expect(
      largestDifference(await fast.withWeights(weights, classes), await twin.withWeights(weights, classes)),
    ).toBeLessThan(1e-12);
    const sums = await twin.withResiduals(residuals, classes);
    expect(largestDifference(await fast.withResiduals(residuals, classes), sums)).toBeLessThan(1e-11);
    expect(
      largestDifference(await fast.withResiduals(residuals, classes), await fast.withResiduals(residuals, classes)),
    ).toBe(0);
  } finally {
    await fast.release();
  }
});
