import fc from "fast-check";
import { PCA } from "ml-pca";
import { describe, expect, test } from "vitest";
import { NoVarianceError } from "../src/no-variance-error.ts";
import { fitPca } from "../src/pca.ts";
import { reproducibleMatrix } from "../src/reproducible-matrix.ts";
import { momentsOf } from "./moments-of.ts";
import { largestDifference, uniform } from "./random-matrix.ts";

function data(rows: number, columns: number, constantColumns: number[] = []): Float32Array {
  return reproducibleMatrix({ rows, columns, factors: 3, noise: 300, seed: rows + columns, constantColumns });
}

function rowsOf(flat: Float32Array, d: number): number[][] {
  return Array.from({ length: flat.length / d }, (_, i) => Array.from(flat.subarray(i * d, (i + 1) * d)));
}

describe("fitPca", () => {
  test.each([
    [200, 12],
    [8, 20],
  ])("%i rows of %i columns: eigenvalues, ratios and components of ml-pca", async (n, d) => {
    const rows = data(n, d);
    const pca = fitPca({ moments: await momentsOf(rows, d), components: 3 });
    const oracle = new PCA(rowsOf(rows, d), { center: true, scale: true });
    const count = Math.min(n - 1, d);
    expect(largestDifference(pca.eigenvalues.slice(0, count), oracle.getEigenvalues().slice(0, count))).toBeLessThan(
      1e-12 * d,
    );
    expect(largestDifference(pca.explainedVarianceRatio, oracle.getExplainedVariance().slice(0, 3))).toBeLessThan(
      1e-12,
    );
    expect(largestDifference(pca.cumulative, oracle.getCumulativeVariance().slice(0, 3))).toBeLessThan(1e-12);
    for (let c = 0; c < 3; c++) {
      const ours = pca.components.slice(c * d, (c + 1) * d);
      const theirs = oracle.getEigenvectors().getColumn(c);
      const sign = Math.sign(ours.reduce((sum, x, j) => sum + x * theirs[j], 0));
      expect(
        largestDifference(
          ours,
          theirs.map((x) => sign * x),
        ),
      ).toBeLessThan(1e-11);
    }
  });

  test("fewer rows than columns: rank is rows − 1, eigenvalues sum up to the total variance", async () => {
    const pca = fitPca({ moments: await momentsOf(data(6, 30, [4, 9]), 30), variance: 1 });
    expect(pca.rank).toBe(5);
    expect(pca.k).toBe(5);
    expect(pca.totalVariance).toBe(28);
    expect(pca.eigenvalues.length).toBe(28);
    expect(pca.eigenvalues.reduce((a, b) => a + b, 0)).toBeCloseTo(28, 11);
    expect(pca.cumulative[4]).toBeCloseTo(1, 12);
    expect(pca.warnings).toEqual([]);
    for (let c = 0; c < 5; c++) expect([pca.components[c * 30 + 4], pca.components[c * 30 + 9]]).toEqual([0, 0]);
  });

  test("more components than the rank: clamped, with a warning", async () => {
    const pca = fitPca({ moments: await momentsOf(data(5, 10), 10), components: 7 });
    expect(pca.k).toBe(4);
    expect(pca.warnings).toEqual(["7 components asked for, but 5 images span only 4: 4 kept"]);
  });

  test("a column twice: rank deficient, equal loadings", async () => {
    const one = data(50, 4);
    const rows = Float32Array.from({ length: 50 * 5 }, (_, at) => one[Math.floor(at / 5) * 4 + ((at % 5) % 4)]);
    const pca = fitPca({ moments: await momentsOf(rows, 5), components: 5 });
    expect(pca.rank).toBe(4);
    expect(pca.components[0]).toBeCloseTo(pca.components[4], 12);
    expect(pca.eigenvalues[4]).toBeGreaterThanOrEqual(0);
    expect(pca.eigenvalues[4]).toBeLessThan(1e-12);
  });

  test("nothing to fit", async () => {
    const equal = Float32Array.from({ length: 30 }, (_, at) => (at % 3) / 10);
    const moments = await momentsOf(equal, 3, { blockRows: 4 });
    expect(() => fitPca({ moments, components: 2 })).toThrow(NoVarianceError);
    expect(() => fitPca({ moments, components: 2 })).toThrow("no variance: the features of all 10 images are equal");
    const single = await momentsOf(equal.slice(0, 3), 3);
    expect(() => fitPca({ moments: single, components: 2 })).toThrow("at least 2 images, got 1");
  });

  test("two rows and a single varying column", async () => {
    const pca = fitPca({ moments: await momentsOf(Float32Array.of(1, 5, 2, 5), 2), components: 1 });
    expect(pca.eigenvalues).toEqual(Float64Array.of(1));
    expect(pca.components).toEqual(Float64Array.of(1, 0));
    expect(pca.explainedVarianceRatio).toEqual(Float64Array.of(1));
  });

  test("components out of range are refused", async () => {
    const moments = await momentsOf(data(20, 4), 4);
    expect(() => fitPca({ moments, components: 0 })).toThrow(RangeError);
    expect(() => fitPca({ moments, variance: 1.5 })).toThrow(RangeError);
  });

  test("the largest loading is positive, the first of two that differ by rounding", async () => {
    const flat = uniform(400, 11);
    const pairs = Float32Array.from(flat, (_, at) => flat[at - (at % 2)] * (at % 2 === 0 ? 1 : -1) + 0.2 * flat[at]);
    const pca = fitPca({ moments: await momentsOf(pairs, 2), components: 2 });
    // Two correlated columns: the components are always (1, ±1)/√2, all loadings equal.
    expect(largestDifference(pca.components.map(Math.abs), new Float64Array(4).fill(Math.SQRT1_2))).toBeLessThan(1e-12);
    expect(pca.components[0]).toBeGreaterThan(0);
    expect(pca.components[2]).toBeGreaterThan(0);
  });

  test("units of the columns and the order of the rows do not matter", async () => {
    const d = 6;
    const rows = data(80, d);
    const expected = fitPca({ moments: await momentsOf(rows, d), components: 2 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -10, max: 10 }), { minLength: d, maxLength: d }),
        fc.integer({ min: 0, max: 79 }),
        async (exponents, rotation) => {
          const other = rows.map((_, at) => rows[(at + rotation * d) % rows.length] * 2 ** exponents[at % d]);
          const pca = fitPca({ moments: await momentsOf(other, d, { blockRows: 32 }), components: 2 });
          expect(largestDifference(pca.eigenvalues, expected.eigenvalues)).toBeLessThan(1e-12);
          expect(largestDifference(pca.components, expected.components)).toBeLessThan(1e-11);
        },
      ),
      { numRuns: 30 },
    );
  });

  test("permuting the columns permutes the loadings", async () => {
    const d = 6;
    const rows = data(80, d);
    const expected = fitPca({ moments: await momentsOf(rows, d), components: 1 });
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: d }), async (order) => {
        const other = rows.map((_, at) => rows[at - (at % d) + order[at % d]]);
        const pca = fitPca({ moments: await momentsOf(other, d), components: 1 });
        const permuted = order.map((j) => expected.components[j]);
        expect(largestDifference(pca.components, permuted)).toBeLessThan(1e-12);
      }),
      { numRuns: 30 },
    );
  });
});
