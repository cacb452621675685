import fc from "fast-check";
import { expect, test } from "vitest";
import { groupedFolds } from "../src/grouped-folds.ts";

test("groups are never parted, and every label of several groups is in several folds", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(4)), { minLength: 2, maxLength: 60 }), fc.nat(), (rows, seed) => {
      const labels = rows.map(([label]) => label);
      const groups = rows.map(([label, group]) => `${label}/${group}`);
      const { fold, count } = groupedFolds({ labels, groups, seed });
      for (const label of new Set(labels)) {
        const ofLabel = groups.flatMap((group, i) => (labels[i] === label ? [{ group, fold: fold[i] }] : []));
        const names = new Set(ofLabel.map(({ group }) => group));
        if (names.size < 2) continue;
        expect(new Set(ofLabel.map((row) => `${row.group} ${row.fold}`)).size).toBe(names.size);
        expect(new Set(ofLabel.map((row) => row.fold)).size).toBe(Math.min(count, names.size));
      }
      expect(fold.every((f) => f >= 0 && f < count)).toBe(true);
      expect(count).toBeLessThanOrEqual(5);
    }),
  );
});

test("two series of each label make two folds", () => {
  const labels = [0, 0, 0, 0, 1, 1, 1, 1];
  const groups = ["a0", "a0", "a1", "a1", "b0", "b0", "b1", "b1"];
  const { fold, count, groupedLabels, splitLabels } = groupedFolds({ labels, groups });
  expect({ count, groupedLabels, splitLabels }).toEqual({ count: 2, groupedLabels: 2, splitLabels: 0 });
  expect(fold[0]).toBe(fold[1]);
  expect(fold[0]).not.toBe(fold[2]);
});

test("a label of one group, or of none, is split row by row, and that is told", () => {
  const labels = [0, 0, 0, 1, 1, 1];
  const one = groupedFolds({ labels, groups: ["a", "a", "a", undefined, undefined, undefined], folds: 3 });
  expect(one).toMatchObject({ count: 3, groupedLabels: 0, splitLabels: 2 });
  expect(new Set(one.fold.subarray(0, 3)).size).toBe(3);
  expect(groupedFolds({ labels: [0, 1], groups: ["a", "b"] }).count).toBe(1);
});
