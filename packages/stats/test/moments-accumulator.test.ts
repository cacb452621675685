import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createTypescriptCrossProduct } from "../src/cross-product-typescript.ts";
import { createMomentsAccumulator } from "../src/moments-accumulator.ts";
import { packedRowStart } from "../src/packed-triangle.ts";
import { momentsOf } from "./moments-of.ts";
import { uniform } from "./random-matrix.ts";

const D = 4;
const rows = Float32Array.from(uniform(100 * D, 3));

describe("createMomentsAccumulator", () => {
  test("gives mean and co-moments as their definition has them", async () => {
    const { count, mean, comoment } = await momentsOf(rows, D, { blockRows: 16 });
    expect(count).toBe(100);
    const column = (j: number) => Array.from({ length: 100 }, (_, i) => rows[i * D + j]);
    const average = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    for (let i = 0; i < D; i++) {
      expect(mean[i]).toBeCloseTo(average(column(i)), 13);
      for (let j = i; j < D; j++) {
        const products = column(i).map((x, row) => (x - average(column(i))) * (column(j)[row] - average(column(j))));
        expect(comoment[packedRowStart(i, D) + j - i]).toBeCloseTo(100 * average(products), 12);
      }
    }
  });

  test("the same bytes whatever the sizes of the pushes", async () => {
    const expected = await momentsOf(rows, D, { blockRows: 16 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 100 }), async (pushRows) => {
        expect(await momentsOf(rows, D, { blockRows: 16, pushRows })).toEqual(expected);
      }),
    );
  });

  test("large offsets cost no digits", async () => {
    const shifted = Float32Array.from(uniform(300 * D), (x) => Math.round(x * 8) + 2 ** 20);
    const small = shifted.map((x) => x - 2 ** 20);
    const a = await momentsOf(shifted, D, { blockRows: 64 });
    const b = await momentsOf(small, D, { blockRows: 64 });
    for (const [at, value] of a.comoment.entries()) expect(Math.abs(value - b.comoment[at])).toBeLessThan(1e-8);
  });

  test("no rows give empty moments", async () => {
    expect((await momentsOf(new Float32Array(0), D)).count).toBe(0);
  });

  test("misuse is an error", async () => {
    const make = () => createMomentsAccumulator({ dimension: D, crossProduct: createTypescriptCrossProduct() });
    await expect(make().push(new Float32Array(5))).rejects.toThrow("not whole rows of 4");
    const finished = make();
    await finished.finish();
    await expect(finished.push(rows)).rejects.toThrow("finished");
    const busy = createMomentsAccumulator({ dimension: D, blockRows: 8, crossProduct: createTypescriptCrossProduct() });
    const first = busy.push(rows);
    await expect(busy.push(rows)).rejects.toThrow("busy");
    await first;
    expect(() =>
      createMomentsAccumulator({ dimension: D, blockRows: 0, crossProduct: createTypescriptCrossProduct() }),
    ).toThrow("blockRows");
  });
});
