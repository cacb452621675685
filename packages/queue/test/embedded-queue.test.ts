import { describe, expect, it } from "vitest";
import { jobQueueContract } from "../../../test/contracts/job-queue.ts";
import { EmbeddedQueue } from "../src/embedded-queue.ts";

jobQueueContract("EmbeddedQueue", async () => {
  const queue = new EmbeddedQueue();
  return { queue, other: queue, close: () => queue.close() };
});

describe("EmbeddedQueue", () => {
  it("refuses everything after it was closed", async () => {
    const queue = new EmbeddedQueue();
    await queue.close();
    await expect(queue.add("features", [])).rejects.toThrow("the queue features is closed");
    expect(() =>
      queue.consume("reduce", async () => ({ rows: 0, quarantined: 0, decoded: 0 }), { concurrency: 1 }),
    ).toThrow("the queue reduce is closed");
  });
});
