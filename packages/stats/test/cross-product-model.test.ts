import { expect, test } from "vitest";
import { crossProductModel } from "../src/cross-product-model.ts";

test.each([
  [1, 4],
  [8, 4],
  [10, 4],
])("the tiles of %i columns in panels of %i cover the upper triangle once", (d, panel) => {
  const hits = new Uint8Array(d * d);
  for (const { row, rows, column, columns } of crossProductModel(d, panel).tiles) {
    for (let i = row; i < row + rows; i++) for (let j = column; j < column + columns; j++) hits[i * d + j]++;
  }
  for (let i = 0; i < d; i++) for (let j = i; j < d; j++) expect(hits[i * d + j]).toBe(1);
  expect(Math.max(...hits)).toBe(1);
});
