import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { ThreadPoolClock } from "../src/thread-pool-clock.ts";

function clockOf(threads: number) {
  let time = 0;
  const clock = new ThreadPoolClock({ threads, now: () => time });
  return {
    clock,
    at: (ms: number): ThreadPoolClock => {
      time = ms;
      return clock;
    },
  };
}

test("waiting for the only thread is no part of the work", () => {
  const { clock, at } = clockOf(1);
  const [first, second, third] = [clock.begin("decode"), clock.begin("file"), clock.begin("decode")];
  expect(at(10).end(first)).toBe(10);
  expect(at(12).end(second)).toBe(2);
  expect(at(30).end(third)).toBe(18);
});

test("each of several threads takes the next work when it is free", () => {
  const { clock, at } = clockOf(2);
  const [a, b, c] = [clock.begin("decode"), clock.begin("decode"), clock.begin("decode")];
  expect(at(10).end(b)).toBe(10);
  expect(at(15).end(c)).toBe(5);
  expect(at(20).end(a)).toBe(20);
  const d = clock.begin("decode");
  expect(at(23).end(d)).toBe(3);
});

test("work that was over while this thread was blocked lasts as long as its kind does", async () => {
  const { clock, at } = clockOf(1);
  const seen = clock.begin("decode");
  expect(at(6).end(seen)).toBe(6);
  const [first, second, third] = [clock.begin("decode"), clock.begin("decode"), clock.begin("decode")];
  at(60).wasBlocked();
  expect(at(60).end(first)).toBe(6);
  // What the event loop hears in its next turn may have ended meanwhile too.
  await turn();
  expect(at(61).end(second)).toBe(6);
  await turn();
  // Its end is heard in time, but not its start.
  expect(at(70).end(third)).toBe(6);
  const next = clock.begin("decode");
  expect(at(78).end(next)).toBe(8);
});

test("nothing takes longer than since it was submitted", () => {
  const { clock, at } = clockOf(1);
  const slow = clock.begin("file");
  expect(at(100).end(slow)).toBe(100);
  const quick = at(199).begin("file");
  at(202).wasBlocked();
  expect(clock.end(quick)).toBe(3);
});

test("work that never ends does not keep the time of the others from being told", () => {
  const { clock, at } = clockOf(1);
  clock.begin("file");
  const other = clock.begin("file");
  expect(at(5).end(other)).toBe(5);
});
