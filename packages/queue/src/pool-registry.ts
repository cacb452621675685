import type { QueueName } from "@pomona/core";
import type { ScriptedRedis } from "./queue-scripts.ts";

/** A consumer of a queue, as the coordinator and operators see it. */
export interface LiveConsumer extends ConsumerAbout {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** Jobs that it takes at once. */
  readonly slots: number;
}

/** What a role says of itself. */
export interface ConsumerAbout {
  readonly role?: string;
  readonly version?: string;
  readonly engine?: string;
}

/** How often a consumer says that it is alive, and how long it is believed; a stop-the-world pause fits in between. */
export const announceEveryMs = 5000;
const believedSeconds = 16;

/** What a pool keeps in Redis beside its jobs. All of it is written again by whoever is alive after Redis was emptied. */
export class PoolRegistry {
  readonly #redis: ScriptedRedis;
  readonly #prefix: string;

  constructor(redis: ScriptedRedis, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  /** Where the pool's runs are registered: a folder or `s3://bucket/prefix`, as its coordinator said. */
  async home(): Promise<string | undefined> {
    return (await this.#redis.get(`${this.#prefix}:home`)) ?? undefined;
  }

  async setHome(home: string): Promise<void> {
    await this.#redis.set(`${this.#prefix}:home`, home);
  }

  async announce(queue: QueueName, consumer: LiveConsumer): Promise<void> {
    await this.#redis.pomonaAnnounce(...this.#keys(queue), consumer.id, JSON.stringify(consumer));
  }

  async withdraw(queue: QueueName, id: string): Promise<void> {
    const [times, descriptions] = this.#keys(queue);
    await this.#redis.multi().zrem(times, id).hdel(descriptions, id).exec();
  }

  async consumers(queue: QueueName): Promise<LiveConsumer[]> {
    const descriptions = await this.#redis.pomonaAlive(...this.#keys(queue), believedSeconds);
    return descriptions.map((text) => JSON.parse(text) as LiveConsumer);
  }

  #keys(queue: QueueName): [times: string, descriptions: string] {
    const root = `${this.#prefix}:consumers:${queue}`;
    return [root, `${root}:about`];
  }
}
