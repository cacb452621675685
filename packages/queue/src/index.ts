export type { BullmqQueue } from "./bullmq-queue.ts";
export type { RedisCheck } from "./check-redis.ts";
export { type ConnectQueueOptions, checkRedis, connectQueue } from "./connect-queue.ts";
export { EmbeddedQueue } from "./embedded-queue.ts";
export {
  announceEveryMs,
  type ConsumerAbout,
  type LiveConsumer,
  type PoolRegistry,
  type ProcessVitals,
} from "./pool-registry.ts";
