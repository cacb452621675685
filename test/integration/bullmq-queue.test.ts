import { connectQueue } from "@pomona/queue";
import { afterAll, beforeAll, describe } from "vitest";
import { jobQueueContract } from "../contracts/job-queue.ts";
import { redisServer, startRedis, type TestRedis, uniquePrefix } from "../support/redis.ts";

describe.skipIf(redisServer === undefined)("BullmqQueue", () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.close());

  jobQueueContract("BullmqQueue", async () => {
    const prefix = uniquePrefix();
    const connect = () => connectQueue({ url: redis.url, role: "consumer", prefix });
    const [queue, other] = await Promise.all([connect(), connect()]);
    return {
      queue,
      other,
      async close() {
        await Promise.all([queue.close(), other.close()]);
      },
    };
  });
});
