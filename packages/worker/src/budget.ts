/** So much may be in use at once; who asks for more waits, first come, first served. */
export class Budget {
  readonly #limit: number;
  readonly #waiting: { readonly amount: number; readonly start: () => void }[] = [];
  #inUse = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Runs `work` when `amount` is free, or alone where it is more than the limit. */
  async spend<T>(amount: number, work: () => Promise<T>): Promise<T> {
    await new Promise<void>((start) => {
      this.#waiting.push({ amount, start });
      this.#advance();
    });
    try {
      return await work();
    } finally {
      this.#inUse -= amount;
      this.#advance();
    }
  }

  #advance(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#inUse > 0 && this.#inUse + next.amount > this.#limit) return;
      this.#waiting.shift();
      this.#inUse += next.amount;
      next.start();
    }
  }
}
