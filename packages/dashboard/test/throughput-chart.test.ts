import { describe, expect, test } from "vitest";
import { throughputChart } from "../src/throughput-chart.ts";

/** `[milliseconds, images]` at 20 images a second, one point each second. */
const steady = (seconds: number): [number, number][] => Array.from({ length: seconds }, (_, s) => [s * 1000, s * 20]);

const peakOf = (series: readonly (readonly [number, number])[]): number =>
  Number(/and ([\d.,]+) at most/.exec(String(throughputChart(series)))?.[1]);

describe("the chart of throughput", () => {
  test("draws no rate of a last interval in which a batch happened to end", () => {
    const series = [...steady(10), [9050, 196] as [number, number]];
    // 16 images in 50 ms are no 320 a second.
    expect(peakOf(series)).toBeLessThan(36);
    expect(String(throughputChart(series))).toContain("196 images in");
  });

  test("keeps every image of a long series, thinned and with a short end", () => {
    const series = [...steady(241), [240_030, 4816] as [number, number]];
    expect(peakOf(series)).toBeLessThan(30);
    expect(String(throughputChart(series))).toContain("4,816 images in");
  });

  test("draws a last interval that is as long as the others", () => {
    expect(peakOf([...steady(10), [10_000, 480]])).toBe(300);
  });

  test("says that there is too little where there is", () => {
    expect(String(throughputChart([]))).toContain("is drawn once");
    expect(
      String(
        throughputChart([
          [0, 0],
          [400, 16],
        ]),
      ),
    ).toContain("is drawn once");
  });
});
