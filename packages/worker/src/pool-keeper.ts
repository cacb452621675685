import type { InferencePool } from "./inference-pool.ts";

/**
 * At most one pool lives at a time: each holds a network per process in memory. Users of the same network share it;
 * one that needs another waits until they are done, and those who come later wait behind it.
 */
export class PoolKeeper {
  #current: { readonly key: string; readonly pool: InferencePool } | undefined;
  #users = 0;
  #turn: Promise<void> = Promise.resolve();
  #idle: () => void = () => {};

  /** Lends the pool of `key` to `work`; `create` makes it where there is none, or the one there was has failed. */
  async use<T>(key: string, create: () => InferencePool, work: (pool: InferencePool) => Promise<T>): Promise<T> {
    const pool = await this.#next(() => this.#provide(key, create));
    try {
      return await work(pool);
    } finally {
      this.#users -= 1;
      if (this.#users === 0) this.#idle();
    }
  }

  /** Ends the processes unless somebody uses them; who comes later starts new ones. */
  rest(): Promise<void> {
    return this.#next(async () => {
      if (this.#users > 0) return;
      const pool = this.#current?.pool;
      this.#current = undefined;
      await pool?.close();
    });
  }

  /** Ends the processes; nobody should be using them. */
  async close(): Promise<void> {
    await this.#current?.pool.close();
  }

  async #provide(key: string, create: () => InferencePool): Promise<InferencePool> {
    if (this.#current?.key !== key || this.#current.pool.failure !== undefined) {
      if (this.#users > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
      this.#idle = () => {};
      await this.#current?.pool.close();
      this.#current = { key, pool: create() };
    }
    this.#users += 1;
    return this.#current.pool;
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.then(
      () => {},
      () => {},
    );
    return result;
  }
}
