import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "./fault.ts";
import { nextShard, shardsStored } from "./shards.ts";

const outages = [3, 15, 90];

/** Even trials hit busy workers, odd ones idle workers. */
export const loseRedis: Fault = {
  id: "F5",
  what: `kill -9 of Redis, away for ${outages.join(" / ")} s, workers busy / idle`,
  trials: 2 * outages.length,
  quickTrials: 2,
  recoveryLimit: 10,
  async run(stage, i, { quick }) {
    const seconds = quick ? outages[0] : outages[Math.floor(i / 2) % outages.length];
    const isBusy = i % 2 === 0;
    const pool = await stage.startPool();
    const { out, folder } = stage.output();
    if (isBusy) {
      // Slow enough that the outage begins and ends in the middle.
      for (const { s3 } of pool.of("worker"))
        s3.inject(({ url }) => (/^\/photos\//.test(url) ? { kind: "delay", ms: 400 } : undefined));
      await pool.submit(out);
      await shardsStored(folder, 2);
    } else {
      await pool.ready();
    }
    await pool.redis.kill9();
    await sleep(seconds * 1000);
    await pool.redis.restart();
    const backAt = Date.now();
    if (!isBusy) await pool.submit(out);
    const recoverySeconds = await nextShard(folder, backAt);
    for (const { s3 } of pool.of("worker")) s3.inject(() => undefined);
    await pool.finished(folder);
    const difference = await stage.difference(folder);
    const dead = pool.members.filter(({ isAlive }) => !isAlive).map(({ role }) => role);
    const wrong = [...(dead.length > 0 ? [`ended: ${dead}`] : []), ...(difference === undefined ? [] : [difference])];
    return {
      exact: wrong.length === 0,
      recoverySeconds,
      notes: `${seconds} s, ${isBusy ? "busy" : "idle"}: ${wrong.join(", ") || "exact"}`,
    };
  },
};
