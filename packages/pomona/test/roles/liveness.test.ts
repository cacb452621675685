import { expect, test } from "vitest";
import { Liveness } from "../../src/roles/liveness.ts";

test("work without progress for five minutes is no life; waiting without work is", async () => {
  let now = 0;
  const liveness = new Liveness(() => now);
  now += 3_600_000;
  expect(liveness.isAlive).toBe(true);
  let end = (): void => {};
  const work = liveness.during(() => new Promise<void>((resolve) => (end = resolve)));
  now += 299_000;
  expect(liveness.isAlive).toBe(true);
  liveness.touch();
  now += 299_000;
  expect(liveness.isAlive).toBe(true);
  now += 2_000;
  expect(liveness.isAlive).toBe(false);
  end();
  await work;
  expect(liveness.isAlive).toBe(true);
  expect(liveness.lastProgress).toBe(now);
});
