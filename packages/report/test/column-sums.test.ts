import { expect, test } from "vitest";
import { ColumnSums } from "../src/column-sums.ts";

test("mean and sample variance of each column, whatever the pieces", () => {
  const sums = new ColumnSums(2);
  sums.add([1, 10, 2, 10]);
  sums.add([]);
  sums.add([6, 10]);
  expect(Array.from(sums.mean())).toEqual([3, 10]);
  expect(Array.from(sums.variance())).toEqual([7, 0]);
});

test("one row has no variance", () => {
  const sums = new ColumnSums(1);
  sums.add([5]);
  expect(sums.variance()[0]).toBeNaN();
});
