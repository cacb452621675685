import { type Histogram, quantile, type Stage, type Success, stages } from "@pomona/core";
import type { Bottleneck, StageSummary, TimeSummary } from "./report-data.ts";

/** Where the time of a run went. */
export function summariseTime({ seconds, stages: measured, books }: Success): TimeSummary {
  const times = summariseStages(measured as Partial<Record<Stage, Histogram>>);
  const featurizing = seconds.featurizing ?? 0;
  return {
    seconds,
    imagesPerSecond: featurizing > 0 ? books.featurized / featurizing : 0,
    stages: times,
    bottleneck: findBottleneck(times),
  };
}

/** Durations by stage; stages that nothing was measured of are left out. */
export function summariseStages(measured: Readonly<Partial<Record<Stage, Histogram>>>): StageSummary[] {
  const known = stages.flatMap((stage) => {
    const histogram = measured[stage];
    return histogram !== undefined && histogram.count > 0 ? [{ stage, histogram }] : [];
  });
  const total = known.reduce((sum, { histogram }) => sum + histogram.totalMs, 0);
  return known.map(({ stage, histogram }) => ({
    stage,
    count: histogram.count,
    totalMs: histogram.totalMs,
    meanMs: histogram.totalMs / histogram.count,
    p50Ms: finite(quantile(histogram, 0.5)),
    p95Ms: finite(quantile(histogram, 0.95)),
    p99Ms: finite(quantile(histogram, 0.99)),
    share: total > 0 ? histogram.totalMs / total : 0,
  }));
}

/** What would help a stage that takes most of the time. */
const advice: Readonly<Record<Stage, string>> = {
  get: "fetch-bound: more workers read more photos at a time, or bring the photos nearer to them",
  decode: "decode-bound: add CPU workers, or try --resampler vips, which shrinks big JPEGs while it reads them",
  resample: "resample-bound: add CPU workers, or try --resampler vips",
  infer: "inference-bound: add workers, or give them a faster engine",
  put: "write-bound: the storage of the result is slow to accept shards",
};

/** The stage that most of the time went into, in words that say what to do; null where nothing was measured. */
export function findBottleneck(times: readonly StageSummary[]): Bottleneck | null {
  const [first, ...rest] = times;
  if (first === undefined) return null;
  const { stage, share } = rest.reduce((slowest, time) => (time.totalMs > slowest.totalMs ? time : slowest), first);
  return {
    stage,
    share,
    sentence: `${(share * 100).toFixed(0)} % of the work was ${stage}. ${sentenceCase(advice[stage])}.`,
  };
}

function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
