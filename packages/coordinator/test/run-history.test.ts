import type { RunProgress } from "@pomona/core";
import { describe, expect, test } from "vitest";
import { RunHistory } from "../src/run-history.ts";

const begin = Date.UTC(2026, 0, 1);

function historyFrom(...[earlier]: ConstructorParameters<typeof RunHistory> extends [unknown, ...infer R] ? R : never) {
  let ms = begin;
  const history = new RunHistory(() => new Date(ms), earlier);
  const note = (seconds: number, phase: RunProgress["phase"], done: number): void => {
    ms = begin + seconds * 1000;
    history.note({ phase, done, total: undefined, listed: done, quarantined: 0, pendingBatches: 0, resumed: 0 });
  };
  return { history, note };
}

describe("the course of a run", () => {
  test("tells when each phase began, once", () => {
    const { history, note } = historyFrom();
    note(0, "featurizing", 0);
    note(5, "featurizing", 10);
    note(9, "moments", 0);
    expect(history.told.phases).toEqual([
      { phase: "featurizing", at: "2026-01-01T00:00:00.000Z" },
      { phase: "moments", at: "2026-01-01T00:00:09.000Z" },
    ]);
  });

  test("keeps a few hundred points of a run of any length, from its beginning to its newest", () => {
    const { history, note } = historyFrom();
    for (let second = 0; second <= 100_000; second++) note(second, "featurizing", second * 3);
    const { series } = history.told;
    expect(series.length).toBeLessThanOrEqual(241);
    expect(series.length).toBeGreaterThan(100);
    expect(series[0]).toEqual([begin, 0]);
    expect(series.at(-1)).toEqual([begin + 100_000_000, 300_000]);
    for (const [at, done] of series) expect(done).toBe(((at - begin) / 1000) * 3);
  });

  test("ends with the newest count, however soon it came after the one before", () => {
    const { history, note } = historyFrom();
    note(0, "featurizing", 0);
    note(0.4, "featurizing", 16);
    expect(history.told.series).toEqual([
      [begin, 0],
      [begin + 400, 16],
    ]);
  });

  test("goes on with what an earlier process told", () => {
    const { history, note } = historyFrom({
      phases: [{ phase: "featurizing", at: "2025-12-31T23:00:00.000Z" }],
      series: [[begin - 3_600_000, 0]],
    });
    note(0, "featurizing", 500);
    expect(history.told.phases).toHaveLength(1);
    expect(history.told.series).toEqual([
      [begin - 3_600_000, 0],
      [begin, 500],
    ]);
  });
});
