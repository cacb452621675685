import { expect, test } from "vitest";
import { classifyByNeighbours } from "../src/k-nearest-classifier.ts";

const reference = { rows: [0, 0.1, 0.2, 5, 5.1, 9], dimension: 1, labels: [2, 2, 1, 1, 0, 0], classes: 3 };

test("the class with most votes among five wins, with its share as probability", () => {
  const { labels, probabilities } = classifyByNeighbours({ reference, queries: [0] });
  expect(Array.from(labels)).toEqual([1]);
  expect(Array.from(probabilities)).toEqual([0.2, 0.4, 0.4]);
});

test("of classes with as many votes the smallest wins, not the nearest", () => {
  const { labels } = classifyByNeighbours({ reference, queries: [0, 5], k: 2 });
  expect(Array.from(labels)).toEqual([2, 0]);
});

test("labels that are no class, and rows without labels, are refused", () => {
  expect(() => classifyByNeighbours({ reference: { ...reference, classes: 2 }, queries: [0] })).toThrow(
    "label 2 of row 0",
  );
  expect(() => classifyByNeighbours({ reference: { ...reference, labels: [0] }, queries: [0] })).toThrow("1 rows");
});
