import type { RunProgress } from "@pomona/core";
import { describe, expect, it } from "vitest";
import { LiveProgress } from "../src/live-progress.ts";

const stored: RunProgress = {
  phase: "featurizing",
  done: 16,
  total: 64,
  listed: 64,
  quarantined: 1,
  pendingBatches: 3,
  resumed: 0,
};

function liveProgress() {
  const told: RunProgress[] = [];
  const live = new LiveProgress({ startedAt: performance.now(), onProgress: (progress) => told.push(progress) });
  return { live, told };
}

const images = (batch: number, decoded: number, quarantined = 0) => ({ run: "r", batch, decoded, quarantined });

describe("LiveProgress", () => {
  it("adds the images in flight to the stored ones", () => {
    const { live, told } = liveProgress();
    live.onImages(images(1, 4));
    expect(told).toEqual([]);
    live.onProgress(stored);
    live.onImages(images(1, 8, 2));
    live.onImages(images(2, 1));
    expect(told.at(-1)).toEqual({ ...stored, done: 16 + 8 + 2 + 1, quarantined: 3 });
    live.onStored(1);
    live.onProgress({ ...stored, done: 32 });
    expect(told.at(-1)).toMatchObject({ done: 33, quarantined: 1 });
  });

  it("times featurizing from the first batch taken to the last one stored", async () => {
    const { live } = liveProgress();
    expect(live.featurizingSeconds).toBe(0);
    const before = performance.now();
    live.onTaken();
    await new Promise((resolve) => setTimeout(resolve, 20));
    live.onTaken();
    expect(live.featurizingSeconds).toBe(0);
    live.onStored(1);
    live.onStored(2);
    const between = (performance.now() - before) / 1000;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(live.featurizingSeconds).toBeGreaterThan(0.015);
    expect(live.featurizingSeconds).toBeLessThanOrEqual(between);
  });

  it("never shows more than is listed", () => {
    const { live, told } = liveProgress();
    live.onProgress({ ...stored, done: 60 });
    live.onImages(images(9, 16));
    expect(told.at(-1)?.done).toBe(64);
  });

  it("tells other phases as they are", () => {
    const { live, told } = liveProgress();
    live.onImages(images(1, 4));
    live.onProgress({ ...stored, phase: "moments", done: 0, total: 1 });
    expect(told).toEqual([{ ...stored, phase: "moments", done: 0, total: 1 }]);
  });

  it("notes the first image with features once", async () => {
    const { live } = liveProgress();
    live.onImages(images(1, 0, 1));
    expect(live.firstImageSeconds).toBeNull();
    live.onImages(images(1, 1, 1));
    const first = live.firstImageSeconds;
    expect(first).toBeGreaterThanOrEqual(0);
    await new Promise((resolve) => setTimeout(resolve, 5));
    live.onImages(images(1, 2, 1));
    expect(live.firstImageSeconds).toBe(first);
  });
});
