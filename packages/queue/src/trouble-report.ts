import type { Redis } from "ioredis";
import type { RedisAddress } from "./redis-address.ts";
import { isOutage, toRedisError } from "./redis-error.ts";

/** A trouble is not told again within this time. */
const silenceMs = 10_000;

/** Tells people about connections in a few lines: once when Redis goes away, once when it is back. */
export class TroubleReport {
  readonly #address: RedisAddress;
  readonly #onNotice: (notice: string) => void;
  readonly #toldAt = new Map<string, number>();
  #isAway = false;

  constructor(address: RedisAddress, onNotice: (notice: string) => void) {
    this.#address = address;
    this.#onNotice = onNotice;
  }

  /** Reports the errors of a connection that restores itself. */
  follow(redis: Redis): void {
    redis.on("error", this.report);
    redis.on("ready", () => {
      if (!this.#isAway) return;
      this.#isAway = false;
      this.#onNotice(`Redis at ${this.#address.name} is back`);
    });
  }

  readonly report = (error: Error): void => {
    if (isOutage(error)) {
      if (this.#isAway) return;
      this.#isAway = true;
    }
    const { message, remedy } = toRedisError(error, this.#address);
    const now = performance.now();
    if (now - (this.#toldAt.get(message) ?? Number.NEGATIVE_INFINITY) < silenceMs) return;
    // Messages name jobs: what is old must not pile up.
    for (const [text, at] of this.#toldAt) if (now - at >= silenceMs) this.#toldAt.delete(text);
    this.#toldAt.set(message, now);
    this.#onNotice(remedy === undefined ? message : `${message}. ${remedy}`);
  };
}
