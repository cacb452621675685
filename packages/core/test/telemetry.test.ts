import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addStageTimes, bucketBounds, emptyHistogram, observe, quantile } from "../src/telemetry.ts";

function histogramOf(durations: readonly number[]) {
  const histogram = emptyHistogram();
  for (const ms of durations) observe(histogram, ms);
  return histogram;
}

describe("telemetry", () => {
  test("each duration falls into the first bucket that is wide enough", () => {
    const { buckets, count, totalMs } = histogramOf([0, 0.25, 0.26, 8, 1e9]);
    const at = (ms: number) => buckets[bucketBounds.indexOf(ms)];
    expect([at(0.25), at(0.5), at(8), at(Number.POSITIVE_INFINITY)]).toEqual([2, 1, 1, 1]);
    expect([count, totalMs]).toEqual([5, 1_000_000_008.51]);
  });

  test("one call over many images counts each", () => {
    const histogram = emptyHistogram();
    observe(histogram, 10, 8);
    expect([histogram.count, histogram.totalMs]).toEqual([8, 80]);
  });

  test("adding histograms is observing all durations", () => {
    const durations = fc.array(fc.integer({ min: 0, max: 100_000 }));
    fc.assert(
      fc.property(durations, durations, (a, b) => {
        const sum = addStageTimes({ get: histogramOf(a) }, { get: histogramOf(b) });
        expect(sum).toEqual({ get: histogramOf([...a, ...b]) });
      }),
    );
  });

  test("a stage of one side only is kept, absent ones stay absent", () => {
    const decode = histogramOf([3]);
    expect(addStageTimes({ decode }, {})).toEqual({ decode });
    expect(addStageTimes({}, {})).toEqual({});
  });

  test("a quantile is the bound of the bucket that holds it", () => {
    const histogram = histogramOf([1, 1, 1, 7, 100]);
    expect([0, 0.5, 0.8, 1].map((q) => quantile(histogram, q))).toEqual([1, 1, 8, 128]);
    expect(quantile(histogramOf([1e9]), 0.5)).toBe(Number.POSITIVE_INFINITY);
    expect(quantile(emptyHistogram(), 0.5)).toBeNaN();
  });
});
