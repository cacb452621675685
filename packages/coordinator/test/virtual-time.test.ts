import { expect, test } from "vitest";
import { VirtualTime } from "../src/virtual-time.ts";

test("a run's priority grows by one for every 64 images", () => {
  const turns = new VirtualTime().begin();
  expect([64, 32, 32, 256, 1].map((images) => turns.take(images))).toEqual([0, 1, 1, 2, 6]);
});

test("a run that begins late starts where the slowest active run is", () => {
  const time = new VirtualTime();
  const big = time.begin();
  for (let i = 0; i < 100; i++) big.take(256);
  const small = time.begin();
  expect(small.take(16)).toBe(400);
  expect(big.take(256)).toBe(400);
  // From here on both go on side by side: the small one is served before the big one's next batch.
  expect(small.take(16)).toBeLessThan(big.take(256));
});

test("with no run active time stands still", () => {
  const time = new VirtualTime();
  const first = time.begin();
  for (let i = 0; i < 10; i++) first.take(64);
  first.end();
  expect(time.begin().take(1)).toBe(9);
});

test("never comes near the largest priority, and keeps the order of runs", () => {
  const time = new VirtualTime();
  const [big, other, paused] = [time.begin(), time.begin(), time.begin()];
  let lowered = 0;
  big.onSetBack((ticks) => (lowered += ticks));
  let largest = 0;
  // 400 million images; one run never hands out any.
  for (let i = 0; i < 50_000; i++) {
    const [a, b] = [big.take(4096), other.take(4096)];
    largest = Math.max(largest, a, b);
    expect(Math.abs(a - b)).toBeLessThanOrEqual(64);
  }
  expect(largest).toBeLessThan(2 ** 20 + 100);
  expect(lowered).toBeGreaterThan(2 ** 20);
  expect(paused.take(1)).toBe(0);
});
