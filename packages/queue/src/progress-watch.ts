import { PomonaError, type QueueName } from "@pomona/core";
import type { Redis } from "ioredis";
import type { BullmqConsumer } from "./bullmq-consumer.ts";

export interface ProgressWatchOptions {
  readonly queue: QueueName;
  readonly prefix: string;
  readonly redis: Redis;
  readonly consumer: BullmqConsumer;
  /** A free slot beside waiting jobs for so long, with Redis answering, is a consumer that is stuck. */
  readonly patienceMs: number;
  readonly onStuck: (error: PomonaError) => void;
}

/**
 * Watches that a consumer with a free slot takes the jobs that wait. Asking whether Redis answers is not enough:
 * fetching has a connection of its own, and that one has been seen to hang for ever after an outage.
 */
export class ProgressWatch {
  readonly #options: ProgressWatchOptions;
  readonly #timer: NodeJS.Timeout;
  #waitingSince: number | undefined;

  constructor(options: ProgressWatchOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#look(), options.patienceMs / 6);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const { consumer, patienceMs, onStuck, queue } = this.#options;
    if (!(await this.#couldTake())) {
      this.#waitingSince = undefined;
      return;
    }
    this.#waitingSince ??= performance.now();
    const since = Math.max(this.#waitingSince, consumer.lastStart);
    if (performance.now() - since < patienceMs) return;
    this.stop();
    onStuck(
      new PomonaError("queue-stuck", `jobs wait in ${queue} and none was taken for ${patienceMs / 1000} s`, {
        remedy: "The process should end and be started again: its jobs are safe.",
      }),
    );
  }

  async #couldTake(): Promise<boolean> {
    const { consumer, redis, queue, prefix } = this.#options;
    if (consumer.isClosing || consumer.isResting || consumer.active >= consumer.slots || redis.status !== "ready")
      return false;
    const key = (name: string): string => `${prefix}:${queue}:${name}`;
    try {
      const [first, others, paused] = await Promise.all([
        redis.llen(key("wait")),
        redis.zcard(key("prioritized")),
        redis.hexists(key("meta"), "paused"),
      ]);
      return first + others > 0 && paused === 0;
    } catch {
      return false;
    }
  }
}
