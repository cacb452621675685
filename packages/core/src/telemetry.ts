/** The stages whose durations are measured, in the order in which an image passes them. */
export const stages = ["get", "decode", "resample", "infer", "put"] as const;
export type Stage = (typeof stages)[number];

/** Upper bounds of the histogram's buckets in milliseconds: powers of two from 0.25 ms; the last is unbounded. */
export const bucketBounds: readonly number[] = [
  ...Array.from({ length: 18 }, (_, i) => 0.25 * 2 ** i),
  Number.POSITIVE_INFINITY,
];

/** A cumulative histogram of durations; two of them add. */
export interface Histogram {
  count: number;
  /** Sum of durations in milliseconds. */
  totalMs: number;
  /** Observations per bucket of {@link bucketBounds}. */
  buckets: number[];
}

export type StageTimes = Readonly<Partial<Record<Stage, Histogram>>>;

export function emptyHistogram(): Histogram {
  return { count: 0, totalMs: 0, buckets: new Array<number>(bucketBounds.length).fill(0) };
}

/** Adds `count` observations of `ms` each: a call of the engine is spread evenly over the images of its batch. */
export function observe(histogram: Histogram, ms: number, count = 1): void {
  const bucket = bucketBounds.findIndex((bound) => ms <= bound);
  histogram.count += count;
  histogram.totalMs += ms * count;
  histogram.buckets[bucket] = (histogram.buckets[bucket] ?? 0) + count;
}

export function addStageTimes(a: StageTimes, b: StageTimes): StageTimes {
  const sum: Partial<Record<Stage, Histogram>> = {};
  for (const stage of stages) {
    const parts = [a[stage], b[stage]].filter((part) => part !== undefined);
    if (parts.length > 0) sum[stage] = parts.reduce(addHistograms);
  }
  return sum;
}

function addHistograms(a: Histogram, b: Histogram): Histogram {
  return {
    count: a.count + b.count,
    totalMs: a.totalMs + b.totalMs,
    buckets: a.buckets.map((n, i) => n + (b.buckets[i] ?? 0)),
  };
}

/** The bucket bound in milliseconds below which a share `q` (0…1) of the observations lie; NaN without observations. */
export function quantile(histogram: Histogram, q: number): number {
  const target = q * histogram.count;
  let seen = 0;
  for (const [i, n] of histogram.buckets.entries()) {
    seen += n;
    if (n > 0 && seen >= target) return bucketBounds[i] ?? Number.NaN;
  }
  return Number.NaN;
}
