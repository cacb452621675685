import { expect, test } from "vitest";
import { nearestNeighbours } from "../src/nearest-neighbours.ts";
import { uniform } from "./random-matrix.ts";

test("neighbours are those of sorting all distances, nearest first", () => {
  const [rows, queries, dimension] = [200, 30, 19];
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
  const [found] = nearestNeighbours({ reference, queries: [0], dimension: 1, count: 3 });
  expect(Array.from(found.indices)).toEqual([3, 0, 1]);
});

test("excluded rows are no neighbours; there are never more than rows", () => {
  const options = { reference: [0, 1, 2], queries: [0, 2], dimension: 1, count: 9 };
  const found = nearestNeighbours({ ...options, isExcluded: (query, row) => row === 2 * query });
  expect(Array.from(found, ({ indices }) => Array.from(indices))).toEqual([
    [1, 2],
    [1, 0],
  ]);
  expect(() => [...nearestNeighbours({ ...options, dimension: 2 })]).toThrow("2 columns");
});
