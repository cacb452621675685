import { expect, test } from "vitest";
import { VirtualTime } from "../src/virtual-time.ts";

test("a run's priority grows by one for every 64 images", () => {
  const turns = new VirtualTime().begin();
  expect([64, 32, 32, 256, 1].map((images) => turns.take(images))).toEqual([0, 1, 1, 2, 6]);
});

test("a run that begins late is served before what another run has waiting, then side by side with it", () => {
  const time = new VirtualTime();
  const big = time.begin();
  const waiting = Array.from({ length: 100 }, () => big.take(256));
  for (const priority of waiting.splice(0, 90)) big.served(priority);
  const small = time.begin();
  const priorities = Array.from({ length: 17 }, () => small.take(16));
  expect(priorities[0]).toBe(356);
  // 300 images are before the next batch but one of those that wait: 360, 364, …
  expect(waiting[0]).toBe(360);
  expect(priorities.filter((priority) => priority < waiting[0])).toHaveLength(16);
  expect(Math.max(...priorities)).toBeLessThan(waiting[1]);
});

test("small runs that follow each other do not keep a big one from its turn", () => {
  const time = new VirtualTime();
  const big = time.begin();
  const jobs = Array.from({ length: 4 }, () => ({ run: "big", priority: big.take(256) }));
  const served: string[] = [];
  for (let n = 0; n < 10; n++) {
    const small = time.begin();
    jobs.push(...Array.from({ length: 16 }, () => ({ run: `small ${n}`, priority: small.take(16) })));
    // As many as a small run brings.
    for (let i = 0; i < 16; i++) {
      jobs.sort((a, b) => a.priority - b.priority);
      const [job] = jobs.splice(0, 1);
      big.served(job.priority);
      served.push(job.run);
    }
  }
  expect(served.filter((run) => run === "big")).toHaveLength(4);
});

test("a run that had nothing to hand out has saved nothing up", () => {
  const time = new VirtualTime();
  const [idle, busy] = [time.begin(), time.begin()];
  idle.take(64);
  for (let i = 0; i < 100; i++) busy.served(busy.take(64));
  expect(idle.take(64)).toBe(99);
});

test("a straggler does not set the time back", () => {
  const time = new VirtualTime();
  const run = time.begin();
  const straggler = run.take(64);
  for (let i = 0; i < 9; i++) run.served(run.take(64));
  run.served(straggler);
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
