import { expect, test } from "vitest";
import { crossValidate, pickRows, score } from "../src/cross-validation.ts";

test("every row is tested once, by what was trained without its fold", async () => {
  const seen: number[] = [];
  const result = await crossValidate({
    labels: [0, 1, 1, 0],
    classes: 2,
    folds: { fold: Int32Array.of(0, 1, 0, 1), count: 2 },
    classify(train, test) {
      expect([...train, ...test].sort()).toEqual([0, 1, 2, 3]);
      seen.push(...test);
      return test.map((row) => (row === 3 ? 1 : [0, 1, 1, 0][row]));
    },
  });
  expect(seen).toEqual([0, 2, 1, 3]);
  expect(result).toMatchObject({ rows: 4, correct: 3, accuracy: 0.75 });
  expect(Array.from(result.confusion)).toEqual([1, 1, 0, 2]);
  expect(Array.from(result.predicted)).toEqual([0, 1, 1, 1]);
});

test("one fold validates nothing and is refused", async () => {
  const folds = { fold: new Int32Array(2), count: 1 };
  await expect(crossValidate({ labels: [0, 1], classes: 2, folds, classify: () => [] })).rejects.toThrow(RangeError);
});

test("no rows have no accuracy; rows are picked as doubles", () => {
  expect(score([], new Int32Array(0), 2).accuracy).toBeNaN();
  expect(Array.from(pickRows(Float32Array.of(1, 2, 3, 4, 5, 6), 2, [2, 0]))).toEqual([5, 6, 1, 2]);
});
