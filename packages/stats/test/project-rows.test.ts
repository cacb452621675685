import fc from "fast-check";
import { expect, test } from "vitest";
import { fitPca } from "../src/pca.ts";
import { projectRows } from "../src/project-rows.ts";
import { reproducibleMatrix } from "../src/reproducible-matrix.ts";
import { fitScaler, scaleRows } from "../src/scaler.ts";
import { momentsOf } from "./moments-of.ts";
import { largestDifference } from "./random-matrix.ts";

const N = 45;
const D = 19;
const rows = reproducibleMatrix({ rows: N, columns: D, factors: 3, noise: 200, seed: 4, constantColumns: [3] });
const moments = await momentsOf(rows, D);
const scaled = scaleRows(fitScaler(moments), rows);

test.each([1, 2, 3, 8])("scores on %i components are the products, their variances the eigenvalues", (k) => {
  const pca = fitPca({ moments, components: k });
  const scores = projectRows(pca, scaled);
  expect(scores.length).toBe(N * k);
  for (let c = 0; c < k; c++) {
    let squares = 0;
    for (let i = 0; i < N; i++) {
      let expected = 0;
      for (let j = 0; j < D; j++) expected += scaled[i * D + j] * pca.components[c * D + j];
      expect(scores[i * k + c]).toBe(expected);
      squares += expected * expected;
    }
    expect(squares / (N - 1)).toBeCloseTo(pca.eigenvalues[c], 5);
  }
});

test("the same bytes however the rows are cut", () => {
  const pca = fitPca({ moments, components: 5 });
  const whole = projectRows(pca, scaled);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: N }), { maxLength: 8 }), (cuts) => {
      const ends = [...cuts].sort((a, b) => a - b).concat(N);
      const parts = ends.map((end, i) => projectRows(pca, scaled.slice((ends[i - 1] ?? 0) * D, end * D)));
      expect(Float64Array.from(parts.flatMap((part) => Array.from(part)))).toEqual(whole);
    }),
  );
});

test("values that are not whole rows are refused", () => {
  expect(() => projectRows(fitPca({ moments, components: 2 }), new Float32Array(D + 1))).toThrow(
    "not whole rows of 19",
  );
  expect(largestDifference(projectRows(fitPca({ moments, components: 2 }), new Float32Array(0)), [])).toBe(0);
});
