import { connectQueue } from "@pomona/queue";
import { startRedis } from "../test/support/redis.ts";

// What a waiting batch takes of Redis: at most two wait for each slot of the pool's workers.

const jobs = 10_000;
const redis = await startRedis();
const queue = await connectQueue({ url: redis.url, role: "producer" });
const run = "20260131-120000-bench0";
const add = (from: number, n: number): Promise<void> =>
  queue.add(
    "features",
    Array.from({ length: n }, (_, i) => {
      const batch = from + i;
      return { kind: "features", id: `${run}-f${batch}-e1-0`, run, batch, priority: batch * 4 };
    }),
  );
await add(0, 1000);
const before = await redis.memory();
await add(1000, jobs);
console.log(`${Math.round(((await redis.memory()) - before) / jobs)} bytes a waiting batch`);
await queue.close();
await redis.close();
