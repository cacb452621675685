import { setTimeout as sleep } from "node:timers/promises";
import type { JobEnded, QueueName } from "@pomona/core";
import { QueueEvents } from "bullmq";
import type { Redis } from "ioredis";
import { copiesOf } from "./copied-connections.ts";
import { type CompletedOutcome, readFailure } from "./job-outcome.ts";

const goodbyeMs = 1000;

export interface EndedEventsOptions {
  readonly queue: QueueName;
  readonly prefix: string;
  /** A patient connection, which is only copied: reading events blocks. */
  readonly redis: Redis;
  /** The id after which events are new. */
  readonly after: string;
  readonly onEnded: (event: JobEnded) => void;
  /** A job was ended by Redis or BullMQ, not by a handler: nothing is known of its work. */
  readonly onUnclear: (id: string, reason: string) => void;
  readonly onTrouble: (error: Error) => void;
}

/**
 * Follows the events of one queue. After an outage it goes on behind the last event that it read, so that only events
 * that Redis itself lost are missed.
 */
export class EndedEvents {
  readonly #events: QueueEvents;
  readonly #copies: ReturnType<typeof copiesOf>;

  constructor({ queue, prefix, redis, after, onEnded, onUnclear, onTrouble }: EndedEventsOptions) {
    this.#copies = copiesOf(redis);
    this.#events = new QueueEvents(queue, { connection: redis, prefix, lastEventId: after, skipVersionCheck: true });
    this.#events.on("completed", ({ returnvalue }) => {
      // The declared type is string: BullMQ parses what the handler returned.
      const { job, result } = returnvalue as unknown as CompletedOutcome;
      onEnded({ state: "completed", job, result });
    });
    this.#events.on("failed", ({ jobId, failedReason }) => {
      const event = readFailure(failedReason);
      if (event === undefined) onUnclear(jobId, failedReason);
      else onEnded(event);
    });
    this.#events.on("error", onTrouble);
  }

  async close(): Promise<void> {
    // A connection that is away has no end to wait for.
    await Promise.race([this.#events.close(), sleep(goodbyeMs, undefined, { ref: false })]);
    for (const copy of this.#copies) copy.disconnect();
  }
}
