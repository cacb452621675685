import { setTimeout as sleep } from "node:timers/promises";
import { PomonaError } from "@pomona/core";
import type { BullmqQueue } from "./bullmq-queue.ts";
import type { RedisCheck } from "./check-redis.ts";
import type { ConsumerAbout } from "./pool-registry.ts";

export interface ConnectQueueOptions {
  /** `redis://` or `rediss://`, with user and password where the server wants them. */
  readonly url: string;
  /** A producer fails within 5 s where Redis does not answer; a consumer waits for it. */
  readonly role: "producer" | "consumer";
  /** Of all keys. Pools with different prefixes share a server without seeing each other. */
  readonly prefix?: string;
  /** What consumers say of themselves to the pool; a function is asked each time. */
  readonly about?: ConsumerAbout | (() => ConsumerAbout);
  /** How long jobs may wait beside a free slot of a consumer before it counts as stuck. */
  readonly stuckAfterMs?: number;
  /** Told, in words for a log, what is worth knowing: no append-only file, Redis went away, it is back. */
  readonly onNotice?: (notice: string) => void;
  /** Told when a consumer is stuck: the process should end with a code that has it started again. */
  readonly onFatal?: (error: PomonaError) => void;
  /** Ends a consumer's waiting for Redis; its reason is thrown. */
  readonly signal?: AbortSignal;
}

/** Looks whether a server can hold our queues. See `check-redis.ts`. */
export async function checkRedis(url: string, options?: { readonly prefix?: string }): Promise<RedisCheck> {
  // Here and below: only who uses Redis waits for its libraries to load.
  const { checkRedis } = await import("./check-redis.ts");
  return checkRedis(url, options);
}

/** Connects to the queues in Redis. Throws a PomonaError with a remedy where that server can't hold them. */
export async function connectQueue(options: ConnectQueueOptions): Promise<BullmqQueue> {
  const { url, prefix = "{pomona}", about = {}, stuckAfterMs = 60_000, onNotice = () => {}, onFatal } = options;
  const [{ BullmqQueue }, { parseRedisAddress }] = await Promise.all([
    import("./bullmq-queue.ts"),
    import("./redis-address.ts"),
  ]);
  const address = parseRedisAddress(url);
  const { notices } = await checkPatiently(options, prefix);
  for (const notice of notices) onNotice(notice);
  const queue = new BullmqQueue({
    address,
    prefix,
    about: typeof about === "function" ? about : () => about,
    stuckAfterMs,
    onNotice,
    // Without anybody to tell, a stuck process would be worse than one that ends.
    onFatal: onFatal ?? throwLater,
  });
  try {
    await queue.open();
    return queue;
  } catch (error) {
    await queue.close();
    throw error;
  }
}

async function checkPatiently(
  { url, role, onNotice, signal }: ConnectQueueOptions,
  prefix: string,
): Promise<RedisCheck> {
  for (let isFirst = true; ; isFirst = false) {
    signal?.throwIfAborted();
    try {
      return await checkRedis(url, { prefix });
    } catch (error) {
      if (role === "producer" || !(error instanceof PomonaError) || error.code !== "redis-unreachable") throw error;
      if (isFirst) onNotice?.(`${error.message}; waiting for it`);
      await sleep(1000, undefined, signal && { signal });
    }
  }
}

function throwLater(error: PomonaError): void {
  queueMicrotask(() => {
    throw error;
  });
}
