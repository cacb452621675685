import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "./fault.ts";
import { nextShard, shardsStored, shardTimes } from "./shards.ts";

export const fullRedis: Fault = {
  id: "F7",
  what: "Redis at maxmemory for 10 s in mid-run, then raised",
  trials: 3,
  // Nobody is told that Redis takes more again: the coordinator looks for what is missing every 30 s.
  recoveryLimit: 35,
  async run(stage) {
    const pool = await stage.startPool();
    const { out, folder } = stage.output();
    pool.inject(({ url }) => (/^\/photos\//.test(url) ? { kind: "delay", ms: 400 } : undefined));
    await pool.submit(out);
    await shardsStored(folder, 2);
    await pool.redis.config("maxmemory", "1");
    const before = (await shardTimes(folder)).size;
    await sleep(10_000);
    const drained = (await shardTimes(folder)).size - before;
    await pool.redis.config("maxmemory", "0");
    const recoverySeconds = await nextShard(folder, Date.now());
    pool.inject(() => undefined);
    await pool.finished(folder);
    const difference = await stage.difference(folder);
    const told = pool.members.filter((member) => /OOM|maxmemory|memory/i.test(member.said()));
    const dead = pool.members.filter(({ isAlive }) => !isAlive).map(({ role }) => role);
    const wrong = [
      ...(difference === undefined ? [] : [difference]),
      ...(told.length === 0 ? ["nobody told"] : []),
      ...(dead.length > 0 ? [`ended: ${dead}`] : []),
    ];
    return {
      exact: wrong.length === 0,
      recoverySeconds,
      notes: wrong.join(", ") || `${drained} shards stored meanwhile; told by ${told.map(({ role }) => role)}`,
    };
  },
};
