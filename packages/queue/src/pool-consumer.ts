import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Consumer, JobHandler, PomonaError, QueueName } from "@pomona/core";
import { BullmqConsumer } from "./bullmq-consumer.ts";
import { announceEveryMs, type ConsumerAbout, type LiveConsumer, PoolRegistry } from "./pool-registry.ts";
import { ProgressWatch } from "./progress-watch.ts";
import type { ScriptedRedis } from "./queue-scripts.ts";

export interface PoolConsumerOptions {
  readonly queue: QueueName;
  readonly prefix: string;
  readonly handler: JobHandler;
  readonly concurrency: number;
  /** A patient connection of its own. The consumer closes it. */
  readonly redis: ScriptedRedis;
  readonly about: () => ConsumerAbout;
  readonly stuckAfterMs: number;
  readonly onStuck: (error: PomonaError) => void;
  readonly onTrouble: (error: Error) => void;
}

/** A consumer that the pool can see, and that notices when it is stuck. */
export class PoolConsumer implements Consumer {
  readonly #consumer: BullmqConsumer;
  readonly #watch: ProgressWatch;
  readonly #redis: ScriptedRedis;
  readonly #registry: PoolRegistry;
  readonly #queue: QueueName;
  readonly #self: Omit<LiveConsumer, keyof ConsumerAbout>;
  readonly #about: () => ConsumerAbout;
  readonly #timer: NodeJS.Timeout;

  constructor(options: PoolConsumerOptions) {
    const { queue, prefix, redis, concurrency, about, stuckAfterMs, onStuck } = options;
    this.#queue = queue;
    this.#redis = redis;
    this.#registry = new PoolRegistry(redis, prefix);
    this.#about = about;
    this.#self = { id: randomUUID(), host: hostname(), pid: process.pid, slots: concurrency };
    this.#consumer = new BullmqConsumer(options);
    this.#watch = new ProgressWatch({
      queue,
      prefix,
      redis,
      consumer: this.#consumer,
      patienceMs: stuckAfterMs,
      onStuck,
    });
    this.#timer = setInterval(() => this.announce(), announceEveryMs);
    this.#timer.unref();
    redis.on("ready", () => this.announce());
    this.announce();
  }

  async close(options?: { readonly graceMs?: number }): Promise<void> {
    this.#watch.stop();
    clearInterval(this.#timer);
    // It takes no more jobs from now on, whatever it still finishes.
    if (this.#redis.status === "ready") this.#registry.withdraw(this.#queue, this.#self.id).catch(() => {});
    await this.#consumer.close(options);
  }

  /** Says that it is alive. Not while Redis is away: what is said then would pile up until it is back. */
  announce(): void {
    if (this.#redis.status !== "ready" || this.#consumer.isClosing) return;
    this.#registry.announce(this.#queue, { ...this.#about(), ...this.#self }).catch(() => {});
  }
}
