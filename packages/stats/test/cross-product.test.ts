import { afterAll, describe, expect, test } from "vitest";
import type { CrossProduct } from "../src/cross-product.ts";
import { createOnnxruntimeCrossProduct } from "../src/cross-product-onnxruntime.ts";
import { createTypescriptCrossProduct } from "../src/cross-product-typescript.ts";
import { packedLength, packedRowStart } from "../src/packed-triangle.ts";
import { largestDifference, uniform } from "./random-matrix.ts";

const releases: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const release of releases) await release();
});

const implementations: Record<string, (d: number) => Promise<CrossProduct>> = {
  typescript: async () => createTypescriptCrossProduct(),
  onnxruntime: async (dimension) => {
    const { crossProduct, release } = await createOnnxruntimeCrossProduct({ dimension, panelColumns: 8 });
    releases.push(release);
    return crossProduct;
  },
};

describe.each(Object.entries(implementations))("cross product in %s", (_name, create) => {
  test.each([
    [1, 1],
    [5, 3],
    [1, 8],
    [33, 20],
    [2, 17],
  ])("is the sum of products: %i rows of %i", async (n, d) => {
    const block = uniform(n * d + 3);
    const before = block.slice();
    const product = await (await create(d))(block, n, d);
    expect(product.length).toBe(packedLength(d));
    for (let i = 0; i < d; i++) {
      for (let j = i; j < d; j++) {
        let sum = 0;
        for (let row = 0; row < n; row++) sum += block[row * d + i] * block[row * d + j];
        expect(product[packedRowStart(i, d) + j - i]).toBeCloseTo(sum, 13);
      }
    }
    expect(block).toEqual(before);
  });

  test("a block after another, smaller one", async () => {
    const crossProduct = await create(20);
    const block = uniform(64 * 20);
    const whole = (await crossProduct(block, 64, 20)).slice();
    await crossProduct(block, 3, 20);
    expect(await crossProduct(block, 64, 20)).toEqual(whole);
  });
});

describe("onnxruntime", () => {
  test("agrees with its twin to 1e-12 in the size of a run, on one thread and on two to the bit", async () => {
    const n = 256;
    const d = 1280;
    const block = uniform(n * d);
    const expected = await createTypescriptCrossProduct()(block, n, d);
    const one = await createOnnxruntimeCrossProduct({ dimension: d });
    const two = await createOnnxruntimeCrossProduct({ dimension: d, threads: 2 });
    releases.push(one.release, two.release);
    const product = await one.crossProduct(block, n, d);
    expect(largestDifference(product, expected)).toBeLessThan(1e-12 * expected[0]);
    expect(largestDifference(await two.crossProduct(block, n, d), product)).toBe(0);
  });

  test("refuses another number of columns", async () => {
    const { crossProduct, release } = await createOnnxruntimeCrossProduct({ dimension: 4 });
    releases.push(release);
    await expect(crossProduct(new Float64Array(10), 2, 5)).rejects.toThrow("made for 4 columns, got 5");
  });
});
