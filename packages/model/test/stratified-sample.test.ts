import fc from "fast-check";
import { expect, test } from "vitest";
import { StratifiedSample, shares } from "../src/stratified-sample.ts";

const counts = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 12 });
const named = (rows: readonly number[]) => new Map(rows.map((n, i) => [`label ${i}`, n]));

test("takes exactly the share of each label, whatever the order of the rows", () => {
  fc.assert(
    fc.property(counts, fc.integer({ min: 12, max: 300 }), fc.nat(), (rows, size, seed) => {
      const quotas = shares(named(rows), size);
      const total = rows.reduce((sum, n) => sum + n, 0);
      expect([...quotas.values()].reduce((sum, n) => sum + n, 0)).toBeLessThanOrEqual(Math.max(size, rows.length));
      if (total <= size) expect(quotas).toEqual(named(rows));
      const sample = new StratifiedSample(named(rows), size, seed);
      const labels = rows.flatMap((n, i) => Array<string>(n).fill(`label ${i}`)).reverse();
      const taken = new Map<string, number>();
      for (const label of labels) if (sample.takes(label)) taken.set(label, (taken.get(label) ?? 0) + 1);
      expect(new Map([...taken].sort())).toEqual(new Map([...quotas].sort()));
    }),
  );
});

test("is as likely to take one row as another", () => {
  const hits = new Array(20).fill(0);
  for (let seed = 0; seed < 4000; seed++) {
    const sample = new StratifiedSample(new Map([["a", 20]]), 5, seed);
    for (let i = 0; i < 20; i++) if (sample.takes("a")) hits[i] += 1;
  }
  for (const n of hits) expect(Math.abs(n / 4000 - 0.25)).toBeLessThan(0.04);
});

test("rare labels keep one row; unknown labels, and more rows than were told, are not taken", () => {
  expect(
    shares(
      new Map([
        ["many", 990],
        ["few", 10],
      ]),
      50,
    ),
  ).toEqual(
    new Map([
      ["many", 49],
      ["few", 1],
    ]),
  );
  const sample = new StratifiedSample(new Map([["a", 1]]), 5);
  expect([sample.takes("b"), sample.takes("a"), sample.takes("a")]).toEqual([false, true, false]);
});
