import type { Fault } from "./fault.ts";
import { shardsStored, shardTimes } from "./shards.ts";

/** By turns: Redis comes back without data while all run, and FLUSHALL while the coordinator is away. */
export const emptyRedis: Fault = {
  id: "F6",
  what: "Redis comes back empty in mid-run / FLUSHALL with the coordinator away, two runs",
  trials: 6,
  quickTrials: 1,
  async run(stage, i) {
    const pool = await stage.startPool();
    const outputs = i % 2 === 1 ? [stage.output()] : [stage.output(), stage.output()];
    for (const { out } of outputs) await pool.submit(out);
    for (const { folder } of outputs) await shardsStored(folder, 3);
    const [coordinator] = pool.of("coordinator");
    if (i % 2 === 1) {
      await pool.redis.kill9();
      await pool.redis.restart({ empty: true });
    } else {
      await coordinator.kill9();
      await pool.redis.flushAll();
    }
    const before = await Promise.all(outputs.map(({ folder }) => shardTimes(folder)));
    const since = performance.now();
    if (i % 2 === 0) coordinator.restart();
    const wrong: string[] = [];
    for (const [n, { folder }] of outputs.entries()) {
      await pool.finished(folder);
      const difference = await stage.difference(folder);
      if (difference !== undefined) wrong.push(difference);
      const after = await shardTimes(folder);
      const remade = [...before[n]].filter(([ordinal, time]) => after.get(ordinal) !== time);
      if (remade.length > 0) wrong.push(`${remade.length} shards were made again`);
    }
    const seconds = (performance.now() - since) / 1000;
    return { exact: wrong.length === 0, notes: wrong.join(", ") || `finished ${seconds.toFixed(0)} s later` };
  },
};
