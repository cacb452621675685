import { expect, test } from "vitest";
import { nearestNeighbours } from "../src/nearest-neighbours.ts";
import { uniform } from "./random-matrix.ts";

test.each([
  [30, 19],
  [30, 2],
  [5, 3],
])("neighbours of %i queries in %i columns are those of sorting all distances, nearest first", (queries, dimension) => {
  const rows = 200;
  const reference = uniform(rows * dimension, 1);
  const asked = uniform(queries * dimension, 2);
  const found = [...nearestNeighbours({ reference, queries: asked, dimension, count: 7 })];
  for (let query = 0; query < queries; query++) {
    const distances = Array.from({ length: rows }, (_, row) => {
      let sum = 0;
      for (let j = 0; j < dimension; j++) sum += (asked[query * dimension + j] - reference[row * dimension + j]) ** 2;
      return Math.sqrt(sum);
    });
    const order = distances.map((_, row) => row).sort((a, b) => distances[a] - distances[b]);
    expect(Array.from(found[query].indices)).toEqual(order.slice(0, 7));
    expect(Array.from(found[query].distances)).toEqual(order.slice(0, 7).map((row) => distances[row]));
  }
});

test("of equally near rows the earlier are first, also where not all have a place", () => {
  const reference = [1, 1, -1, 0, 1, -1];
  for (const queries of [[0], new Float64Array(40)]) {
    for (const found of nearestNeighbours({ reference, queries, dimension: 1, count: 3 })) {
      expect(Array.from(found.indices)).toEqual([3, 0, 1]);
    }
  }
});

test("excluded rows are no neighbours; there are never more than rows", () => {
  const options = { reference: [0, 1, 2], queries: [0, 2], dimension: 1, count: 9 };
  const found = nearestNeighbours({ ...options, isExcluded: (query, row) => row === 2 * query });
  expect(Array.from(found, ({ indices }) => Array.from(indices))).toEqual([
    [1, 2],
    [1, 0],
  ]);
  const many = Float64Array.from({ length: 20 }, (_, query) => query % 3);
  const others = [...nearestNeighbours({ ...options, queries: many, isExcluded: (query, row) => row === query % 3 })];
  expect(others.map(({ indices }) => Array.from(indices)).slice(0, 3)).toEqual([
    [1, 2],
    [0, 2],
    [1, 0],
  ]);
  expect(() => [...nearestNeighbours({ ...options, dimension: 2 })]).toThrow("2 columns");
});
