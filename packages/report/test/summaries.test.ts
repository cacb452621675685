import { emptyHistogram, observe } from "@pomona/core";
import { describe, expect, test } from "vitest";
import { createRowSampler } from "../src/row-sample.ts";
import { summariseDimensions } from "../src/summarise-dimensions.ts";
import { summariseDuplicates } from "../src/summarise-duplicates.ts";
import { summariseNeighbours } from "../src/summarise-neighbours.ts";
import { summariseNorms } from "../src/summarise-norms.ts";
import { findBottleneck, summariseStages } from "../src/summarise-time.ts";
import { summariseVariance } from "../src/summarise-variance.ts";

describe("the sample of rows", () => {
  const draw = (size: number, of: number, seed: number) => {
    const sampler = createRowSampler({ size, of, seed });
    return Array.from({ length: of }, (_, row) => row).filter(() => sampler.next());
  };

  test("has exactly the size asked for, or all rows, and is the same for the same seed", () => {
    expect(draw(50, 1000, 7)).toHaveLength(50);
    expect(draw(50, 1000, 7)).toEqual(draw(50, 1000, 7));
    expect(draw(50, 1000, 8)).not.toEqual(draw(50, 1000, 7));
    expect(draw(50, 20, 7)).toEqual(Array.from({ length: 20 }, (_, row) => row));
  });

  test("prefers no place", () => {
    const hits = new Array<number>(10).fill(0);
    for (let seed = 0; seed < 2000; seed++) for (const row of draw(3, 10, seed)) hits[row]! += 1;
    // 600 expected; five standard deviations of a binomial distribution are 102.
    for (const n of hits) expect(Math.abs(n - 600)).toBeLessThan(102);
  });
});

describe("norms", () => {
  test("outliers are told by median and deviation from it, furthest first, and don't move them", () => {
    const norms = Float64Array.from({ length: 101 }, (_, i) => 10 + (i % 11) / 10);
    norms[40] = 30;
    norms[70] = 0.5;
    const { median, mad, outlierRows, outlierCount, histogram, min, max } = summariseNorms(norms);
    expect([median, mad.toFixed(12), min, max]).toEqual([10.5, "0.300000000000", 0.5, 30]);
    expect(outlierRows).toEqual([40, 70]);
    expect(outlierCount).toBe(2);
    expect(histogram.counts.reduce((sum, n) => sum + n, 0)).toBe(101);
  });

  test("where most are equal, the others are no outliers", () => {
    expect(summariseNorms(Float64Array.of(1, 1, 1, 1, 9))).toMatchObject({ mad: 0, outlierCount: 0 });
    expect(summariseNorms(Float64Array.of(2, 2)).histogram).toEqual({ from: 2, step: 0, counts: [2] });
  });
});

test("variance: shares, and components that reach 80, 90, 95 and 99 %", () => {
  const eigenvalues = Float64Array.of(5, 3, 1, 0.5, 0.5, 0);
  const profile = summariseVariance({ eigenvalues, totalVariance: 10, rank: 5, k: 2 } as never);
  expect(profile.keptShare).toBeCloseTo(0.8, 12);
  expect(profile.needed.map(({ components }) => components)).toEqual([2, 3, 4, 5]);
});

test("dimensions: dead, constant and rare columns", () => {
  const summary = summariseDimensions(Float64Array.of(0, 400, 3, 200), { constantColumns: [0, 1] } as never, 400);
  expect(summary).toEqual({ dimension: 4, constant: [0, 1], dead: [0], rare: [2], zeroShare: 1 - 603 / 1600 });
});

test("time: the stage that most time went into is named, and what would help", () => {
  const [decode, infer] = [emptyHistogram(), emptyHistogram()];
  observe(decode, 30, 10);
  observe(infer, 10, 10);
  const stages = summariseStages({ infer, decode });
  expect(stages.map(({ stage, share, meanMs, p95Ms }) => [stage, share, meanMs, p95Ms])).toEqual([
    ["decode", 0.75, 30, 32],
    ["infer", 0.25, 10, 16],
  ]);
  expect(findBottleneck(stages)?.sentence).toMatch(/^75 % of the work was decode. Decode-bound: add CPU workers/);
  expect(findBottleneck([])).toBeNull();
});

describe("neighbours and near-duplicates", () => {
  // Two series of a and two of b; a's second series lies among b's first.
  const places = [0, 0.1, 0.2, 0.3, 10, 10.1, 10.2, 10.3, 10.45, 10.55, 10.65, 10.75, 20, 20.1, 20.2, 20.3];
  const labels = "aaaaaaaabbbbbbbb".split("");
  const paths = labels.map((label, i) => `file:///${label}/${"pqrs"[Math.floor(i / 4)]}_${i}.jpg`);
  const rows = { paths, labels, pcaFeatures: Float64Array.from(places), features: Float32Array.from(places) };
  const seriesOf = (all: readonly string[]) => all.map((path) => path.split("_")[0]);

  test("leaving one out flatters; without its series an image may be lost", () => {
    const summary = summariseNeighbours(rows, seriesOf);
    expect(summary).toMatchObject({ k: 5, rows: 16, labels: ["a", "b"] });
    expect(summary.accuracy).toBeGreaterThan(summary.withoutSeries?.accuracy ?? 1);
    expect(summary.confusion?.flat().reduce((sum, n) => sum + n, 0)).toBe(16);
    expect(summary.withoutSeries?.series).toBe(4);
    const [aa = 0, , , bb = 0] = summary.confusion?.flat() ?? [];
    expect(aa + bb).toBe(summary.correct);
    for (const { path, nearest } of summary.mistakes) expect(path.split("_")[0]).not.toBe(nearest.split("_")[0]);
  });

  test("a label of one series only keeps its votes", () => {
    const oneOfB = (all: readonly string[]) => seriesOf(all).map((name, row) => (row < 8 ? name : "file:///b/only"));
    expect(summariseNeighbours(rows, oneOfB).withoutSeries?.series).toBe(2);
    const oneOfEach = (all: readonly string[]) => all.map((path) => path.slice(0, 9));
    expect(summariseNeighbours(rows, oneOfEach).withoutSeries).toBeNull();
  });

  test("names without series and a single label say nothing", () => {
    expect(summariseNeighbours(rows, (all) => all.map(() => undefined)).withoutSeries).toBeNull();
    const one = { ...rows, labels: labels.map(() => "a") };
    expect(summariseNeighbours(one, seriesOf)).toMatchObject({ accuracy: null, withoutSeries: null });
  });

  test("pairs of different labels come first", () => {
    const features = Float32Array.of(1, 0, 1, 0, 0, 1, 0.01, 1);
    const some = {
      paths: ["p", "q", "r", "s"],
      labels: ["a", "a", "b", "c"],
      features,
      pcaFeatures: new Float64Array(4),
    };
    const { pairs, involved, acrossLabels, examples } = summariseDuplicates(some);
    expect([pairs, involved, acrossLabels]).toEqual([2, 4, 1]);
    expect(examples.map(({ first, second }) => first + second)).toEqual(["rs", "pq"]);
  });
});
