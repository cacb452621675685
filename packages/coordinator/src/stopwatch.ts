/** Adds up the seconds that named pieces of work take. */
export class Stopwatch {
  readonly #startedAt = performance.now();
  readonly #seconds: Record<string, number> = {};

  /** The name's total grows however the work ends. */
  async time<T>(name: string, work: () => Promise<T>): Promise<T> {
    const since = performance.now();
    try {
      return await work();
    } finally {
      this.#seconds[name] = (this.#seconds[name] ?? 0) + (performance.now() - since) / 1000;
    }
  }

  /** Seconds of each name, and `total` since the watch was made. */
  get seconds(): Record<string, number> {
    return { ...this.#seconds, total: (performance.now() - this.#startedAt) / 1000 };
  }
}
