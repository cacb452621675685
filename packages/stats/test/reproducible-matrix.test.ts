import { expect, test } from "vitest";
import { reproducibleMatrix } from "../src/reproducible-matrix.ts";

test("constant columns are constant, others vary, the seed decides", () => {
  const spec = { rows: 20, columns: 6, factors: 2, noise: 10, seed: 1, constantColumns: [2] };
  const x = reproducibleMatrix(spec);
  const distinct = (j: number) => new Set(Array.from({ length: 20 }, (_, i) => x[i * 6 + j])).size;
  expect(distinct(2)).toBe(1);
  expect(distinct(1)).toBeGreaterThan(15);
  expect(reproducibleMatrix(spec)).toEqual(x);
  expect(reproducibleMatrix({ ...spec, seed: 2 })).not.toEqual(x);
});
