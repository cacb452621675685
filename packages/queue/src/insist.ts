import { setTimeout as sleep } from "node:timers/promises";
import type { RedisAddress } from "./redis-address.ts";
import { isOutage, toRedisError } from "./redis-error.ts";

/** What a short failover may take before whoever asked is told. */
const patienceMs = 5000;
const pauseMs = 200;

/**
 * Makes a request that may be made twice again until Redis answers, for at most 5 s. Throws a PomonaError with a
 * remedy.
 */
export async function insist<T>(request: () => Promise<T>, address: RedisAddress): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      return await answerBefore(deadline, request());
    } catch (error) {
      if (!isOutage(error) || performance.now() + pauseMs > deadline) throw toRedisError(error, address);
      await sleep(pauseMs);
    }
  }
}

/** A server that is stopped or behind a dead network takes requests and never answers. */
async function answerBefore<T>(deadline: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise<never>((_, reject) => {
    const error = new Error(`timed out after ${patienceMs / 1000} s`);
    timer = setTimeout(() => reject(error), Math.max(0, deadline - performance.now()));
  });
  try {
    return await Promise.race([answer, expiry]);
  } finally {
    clearTimeout(timer);
  }
}
