import { describe, expect, test } from "vitest";
import { throughputChart } from "../src/throughput-chart.ts";

type Series = readonly (readonly [number, number])[];

/** `[milliseconds, images]` at 20 images a second, one point each second. */
const steady = (seconds: number): [number, number][] =>
  Array.from({ length: seconds + 1 }, (_, s) => [s * 1000, s * 20]);

const textOf = (series: Series): string => String(throughputChart(series));
const peakOf = (series: Series): number => Number(/and ([\d.,]+) at most/.exec(textOf(series))?.[1]?.replace(",", ""));
const pointsOf = (series: Series): number =>
  /class="line" d="([^"]*)"/.exec(textOf(series))?.[1]?.match(/[ML]/g)?.length ?? 0;

describe("the chart of throughput", () => {
  test("draws no rate of an interval that is not over", () => {
    // A batch of 64 ended just now; 64 images in 50 ms are no 1,280 a second.
    const series: Series = [...steady(10), [10_050, 264]];
    expect(peakOf(series)).toBe(20);
    expect(textOf(series)).toContain("264 images in");
  });

  test("takes batches that end close together for what they are on average", () => {
    const bursts = Array.from({ length: 40 }, (_, i): [number, number] => [i * 1000 + (i % 2) * 900, i * 20]);
    expect(peakOf(bursts)).toBeLessThan(30);
  });

  test("has a few points of a short run, and no more than sixty of a long one", () => {
    expect(
      pointsOf([
        [0, 0],
        [1000, 100],
        [2000, 300],
      ]),
    ).toBe(4);
    expect(pointsOf(steady(10))).toBe(5);
    expect(pointsOf(steady(240))).toBe(60);
    expect(peakOf(steady(240))).toBe(20);
  });

  test("begins anew where a count does", () => {
    const series: Series = [...steady(8), [9000, 20], [10_000, 40], [11_000, 60], [12_000, 80]];
    expect(peakOf(series)).toBe(20);
  });

  test("says that there is too little where there is", () => {
    expect(textOf([])).toContain("is drawn once");
    expect(
      textOf([
        [0, 0],
        [400, 16],
      ]),
    ).toContain("is drawn once");
    expect(
      textOf([
        [0, 0],
        [5000, 0],
      ]),
    ).toContain("is drawn once");
  });
});
