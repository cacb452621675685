import { setTimeout as sleep } from "node:timers/promises";
import type { QueueName } from "@pomona/core";
import type { TestRedis } from "../support/redis.ts";

/** Jobs of a pool that lost their worker and were begun again, as Redis tells. */
export interface JobWatch {
  /** Seconds from the start of the watch until the last of them was begun again; undefined where none was. */
  readonly recoverySeconds: () => number | undefined;
  /** How often jobs were found without a sign of life of their worker. */
  readonly stalls: () => number;
  readonly stop: () => Promise<void>;
}

/** Watches the jobs that are active now, and those that become active. */
export function watchJobs(redis: TestRedis, queue: QueueName = "features"): JobWatch {
  const since = Date.now();
  const begunAgain = new Map<string, number>();
  const stalls = new Map<string, number>();
  let isStopped = false;
  async function look(): Promise<void> {
    const active = (await redis.call("LRANGE", `{pomona}:${queue}:active`, 0, -1)) as string[];
    for (const id of active) {
      const found = (await redis.call("HMGET", `{pomona}:${queue}:${id}`, "stc", "processedOn")) as (string | null)[];
      const [stalled, begun] = found.map((text) => Number(text ?? 0));
      if (stalled === 0) continue;
      stalls.set(id, stalled);
      if (begun > since) begunAgain.set(id, begun);
    }
  }
  const watching = (async () => {
    while (!isStopped) {
      await Promise.race([look().catch(() => {}), sleep(1000)]);
      await sleep(50);
    }
  })();
  return {
    recoverySeconds: () => (begunAgain.size === 0 ? undefined : (Math.max(...begunAgain.values()) - since) / 1000),
    stalls: () => [...stalls.values()].reduce((sum, n) => sum + n, 0),
    stop: async () => {
      isStopped = true;
      await watching;
    },
  };
}
