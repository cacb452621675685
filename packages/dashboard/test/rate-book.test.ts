import { describe, expect, test } from "vitest";
import { RateBook } from "../src/rate-book.ts";
import { etaSeconds, phaseTimes } from "../src/run-times.ts";

const run = "20260101-120000-aaaaaa";
const common = { total: 1000, listed: 1000, quarantined: 0, pendingBatches: 1, resumed: 0 };

describe("how fast a run is now", () => {
  test("is known from two counts, and forgotten when none comes", () => {
    let now = 0;
    const rates = new RateBook(() => now);
    const observe = (done: number): void => rates.observe({ run, progress: { ...common, phase: "featurizing", done } });
    observe(0);
    expect(rates.now(run)).toBeUndefined();
    now = 2000;
    observe(100);
    expect(rates.now(run)).toBe(50);
    for (let i = 0; i < 40; i++) {
      now += 1000;
      observe(100);
    }
    expect(rates.now(run)).toBe(0);
    now += 60_000;
    expect(rates.now(run)).toBeUndefined();
  });

  test("says how long it will take, while features are made", () => {
    const progress = { ...common, phase: "featurizing", done: 400 } as const;
    expect(etaSeconds({ state: "running", progress, listed: 1000 }, 60)).toBe(10);
    expect(etaSeconds({ state: "paused", progress, listed: 1000 }, 60)).toBeUndefined();
    expect(
      etaSeconds({ state: "running", progress: { ...progress, phase: "moments" }, listed: 1000 }, 60),
    ).toBeUndefined();
    expect(etaSeconds({ state: "running", progress, listed: 1000 }, 0)).toBeUndefined();
  });
});

test("a phase lasts until the next one, the last until the end", () => {
  const phases = [
    { phase: "featurizing", at: "2026-01-01T00:00:00.000Z" },
    { phase: "fitting", at: "2026-01-01T00:00:10.000Z" },
  ] as const;
  expect(phaseTimes({ phases: [...phases] }, { finishedAt: "2026-01-01T00:00:13.000Z" })).toMatchObject([
    { phase: "featurizing", seconds: 10 },
    { phase: "fitting", seconds: 3 },
  ]);
  expect(phaseTimes({ phases: [...phases] }, undefined)[1]?.seconds).toBeUndefined();
});
