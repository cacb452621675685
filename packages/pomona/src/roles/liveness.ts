/** Work in hand without any progress for so long is a process that should be started again. */
const patienceMs = 5 * 60_000;

/**
 * Whether a process gets on with its work. Storage and Redis are none of its business: a process that waits for them,
 * trying again and again, is alive, and would fare no better if it were started anew.
 */
export class Liveness {
  readonly #now: () => number;
  #working = 0;
  #lastProgress: number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.#lastProgress = now();
  }

  /** Milliseconds since 1970. */
  get lastProgress(): number {
    return this.#lastProgress;
  }

  get isAlive(): boolean {
    return this.#working === 0 || this.#now() - this.#lastProgress < patienceMs;
  }

  /** Something was done, or tried again. */
  touch(): void {
    this.#lastProgress = this.#now();
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    // Idleness before it is no lack of progress.
    if (this.#working === 0) this.touch();
    this.#working += 1;
    try {
      return await work();
    } finally {
      this.#working -= 1;
      this.touch();
    }
  }
}
