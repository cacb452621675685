import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { RoundClock } from "../../src/roles/round-clock.ts";

test("a round is made at once when it is rung for, never two at a time, and none after the stop", async () => {
  let begun = 0;
  let running = 0;
  let most = 0;
  const clock = new RoundClock(async () => {
    begun += 1;
    running += 1;
    most = Math.max(most, running);
    await sleep(20);
    running -= 1;
  });
  await sleep(50);
  expect(begun).toBe(1);
  clock.ring();
  await sleep(5);
  expect(begun).toBe(2);
  // In mid-round: another one follows, for what was rung for may not have been seen.
  clock.ring();
  await sleep(60);
  expect(begun).toBe(3);
  clock.ring();
  await clock.stop();
  expect(running).toBe(0);
  const after = begun;
  await sleep(30);
  expect(begun).toBe(after);
  expect(most).toBe(1);
});
