import type { PoolRegistry } from "@pomona/queue";

const everyMs = 2000;

/** Asks Redis now and then, so that probes get their answer at once. */
export class RedisWatch {
  readonly #registry: PoolRegistry;
  readonly #onHome: (home: string) => void;
  readonly #timer: NodeJS.Timeout;
  #isAsking = false;
  #trouble: string | undefined;

  /** `onHome` is told where the pool's home is, each time. */
  constructor(registry: PoolRegistry, onHome: (home: string) => void) {
    this.#registry = registry;
    this.#onHome = onHome;
    this.#timer = setInterval(() => void this.#ask(), everyMs);
    this.#timer.unref();
  }

  /** Why Redis does not answer; undefined while it does. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      const home = await this.#registry.home();
      this.#trouble = undefined;
      if (home !== undefined) this.#onHome(home);
    } catch (error) {
      this.#trouble = error instanceof Error ? error.message : String(error);
    } finally {
      this.#isAsking = false;
    }
  }
}
