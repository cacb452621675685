import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";

const lookEveryMs = 5000;

/**
 * Notices what may have lost jobs: a connection that was away, and a Redis that was emptied while it was there. For the
 * latter a mark is left that nothing but emptying removes.
 */
export class InterruptionWatch {
  readonly #redis: Redis;
  readonly #key: string;
  readonly #notify: (reason: string) => void;
  readonly #timer: NodeJS.Timeout;
  #mark: string | undefined;

  /** `redis` fails requests at once while its connection is away. */
  constructor(redis: Redis, prefix: string, notify: (reason: string) => void) {
    this.#redis = redis;
    this.#key = `${prefix}:mark`;
    this.#notify = notify;
    redis.on("ready", this.#onReady);
    this.#timer = setInterval(() => void this.#look(), lookEveryMs);
    this.#timer.unref();
    void this.#look();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#redis.off("ready", this.#onReady);
  }

  readonly #onReady = (): void => this.#notify("the connection to Redis was lost and is back");

  async #look(): Promise<void> {
    try {
      await this.#redis.set(this.#key, randomUUID(), "NX");
      const mark = (await this.#redis.get(this.#key)) ?? undefined;
      const before = this.#mark;
      this.#mark = mark;
      if (before !== undefined && mark !== before) this.#notify("Redis was emptied");
    } catch {
      // The connection is away; its return is noticed.
    }
  }
}
