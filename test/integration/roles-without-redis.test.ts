import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { weights } from "../support/places.ts";
import { openPool } from "../support/pool-members.ts";
import { redisServer } from "../support/redis.ts";

describe.skipIf(redisServer === undefined)("roles whose Redis is gone", () => {
  test("end in their grace time when they are told to", async () => {
    const pool = await openPool();
    onTestFinished(() => pool.close());
    const grace = 5;
    const flags = ["--grace", String(grace)];
    const coordinator = await pool.start("coordinator", "--home", `${pool.scratch}/home`, ...flags);
    await coordinator.ready();
    const others = await Promise.all([
      pool.start("worker", "--workers", "1", "--weights", weights, ...flags),
      pool.start("reducer", ...flags),
    ]);
    await Promise.all(others.map((member) => member.ready()));
    await pool.redis.kill9();
    // Connections are tried again by now, and will be for ever.
    await sleep(5000);
    const seconds = await Promise.all([coordinator, ...others].map((member) => member.stop()));
    // Goodbyes to a Redis that may come back follow the grace.
    for (const taken of seconds) expect(taken).toBeLessThan(grace + 25);
  });
});
