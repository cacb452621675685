import { expect, test } from "vitest";
import { nearDuplicates } from "../src/near-duplicates.ts";
import { uniform } from "./random-matrix.ts";

test("pairs are those of all cosine similarities, most alike first", () => {
  const [n, dimension, similarity] = [80, 12, 0.6];
  const rows = uniform(n * dimension, 3);
  const cosine = (a: number, b: number) => {
    let [ab, aa, bb] = [0, 0, 0];
    for (let j = 0; j < dimension; j++) {
      const [x, y] = [rows[a * dimension + j], rows[b * dimension + j]];
      [ab, aa, bb] = [ab + x * y, aa + x * x, bb + y * y];
    }
    return ab / Math.sqrt(aa * bb);
  };
  const expected = new Map<string, number>();
  for (let a = 0; a < n; a++) {
    for (let b = a + 1; b < n; b++) if (cosine(a, b) >= similarity) expected.set(`${a},${b}`, cosine(a, b));
  }
  const { pairs: found, count, involved } = nearDuplicates({ rows, dimension, similarity });
  expect(expected.size).toBeGreaterThan(20);
  expect(count).toBe(expected.size);
  expect(involved).toBe(new Set([...expected.keys()].flatMap((pair) => pair.split(","))).size);
  expect(new Set(found.map(({ first, second }) => `${first},${second}`))).toEqual(new Set(expected.keys()));
  for (const pair of found) expect(pair.similarity).toBeCloseTo(expected.get(`${pair.first},${pair.second}`) ?? 0, 9);
  expect(found.map((pair) => pair.similarity)).toEqual(found.map((pair) => pair.similarity).sort((a, b) => b - a));
});

test("of many pairs the most alike are kept, and all are counted", () => {
  const [n, dimension, similarity] = [60, 12, 0.5];
  const rows = uniform(n * dimension, 4);
  const all = nearDuplicates({ rows, dimension, similarity });
  const few = nearDuplicates({ rows, dimension, similarity, most: 3 });
  expect(few).toEqual({ ...all, pairs: all.pairs.slice(0, 3) });
});

test("length does not matter, rows of zeros are like nothing, not even each other", () => {
  const rows = [1, 2, 10, 20, 0, 0, 0, 0];
  expect(
    nearDuplicates({ rows, dimension: 2, similarity: 1 }).pairs.map(({ first, second }) => [first, second]),
  ).toEqual([[0, 1]]);
  expect(() => nearDuplicates({ rows, dimension: 2, similarity: 0 })).toThrow("similarity 0");
});
