import { emptyHistogram, observe, type Stage, type StageTimes } from "@pomona/core";
import { describe, expect, test } from "vitest";
import { nameBottleneck } from "../src/bottleneck.ts";

function timesOf(ms: Partial<Record<Stage, number>>): StageTimes {
  const times: Partial<Record<Stage, ReturnType<typeof emptyHistogram>>> = {};
  for (const [stage, each] of Object.entries(ms) as [Stage, number][]) {
    times[stage] = emptyHistogram();
    observe(times[stage], each, 100);
  }
  return times;
}

const usual = { workers: 2, waitingJobs: 4, isListed: true, isPaused: false } as const;
const cases: readonly (readonly [string | undefined, Partial<Record<Stage, number>>, object])[] = [
  ["decode-bound", { get: 5, decode: 30, resample: 4, infer: 11, put: 1 }, {}],
  ["resample-bound", { get: 5, decode: 10, resample: 14, infer: 11, put: 1 }, {}],
  ["inference-bound", { get: 5, decode: 5, resample: 4, infer: 11, put: 1 }, {}],
  // Slower than computing, but many are fetched at once.
  ["inference-bound", { get: 50, decode: 5, resample: 4, infer: 11, put: 1 }, {}],
  // Decoding is spread over many processes: its sum says little, whether the one engine waits says all.
  ["inference-bound", { get: 5, decode: 30, resample: 4, infer: 2, put: 1 }, { engineWait: 0.05 }],
  ["decode-bound", { get: 5, decode: 5, resample: 4, infer: 11, put: 1 }, { engineWait: 0.6 }],
  ["storage-bound", { get: 500, decode: 5, resample: 4, infer: 2, put: 1 }, { engineWait: 0.6 }],
  ["storage-bound", { get: 500, decode: 5, resample: 4, infer: 11, put: 1 }, {}],
  ["write-bound", { get: 5, decode: 5, resample: 4, infer: 11, put: 30 }, {}],
  ["listing-bound", { get: 5, decode: 5, resample: 4, infer: 11, put: 1 }, { isListed: false, waitingJobs: 0 }],
  ["no worker", { infer: 11 }, { workers: 0 }],
  [undefined, { infer: 11 }, { isPaused: true }],
  [undefined, {}, {}],
];

describe("the bottleneck", () => {
  test.each(cases)("is %s for %j", (name, ms, facts) => {
    expect(nameBottleneck({ ...usual, ...facts, stages: timesOf(ms) })?.name).toBe(name);
  });
});
