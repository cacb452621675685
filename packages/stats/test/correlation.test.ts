import { expect, test } from "vitest";
import { correlation } from "../src/correlation.ts";
import { momentsOf } from "./moments-of.ts";

test("leaves constant columns out and knows perfect correlation", async () => {
  const rows = Float32Array.from([1, 7, 2, -1, 2, 7, 4, -2, 4, 7, 8, -4, 3, 7, 6, -3]);
  const { matrix, columns } = correlation(await momentsOf(rows, 4));
  expect(columns).toEqual([0, 2, 3]);
  for (const [at, value] of [1, 1, -1, 1, 1, -1, -1, -1, 1].entries()) expect(matrix[at]).toBeCloseTo(value, 14);
});
