/** Adds up for how long something held images. */
export class HoldingTime {
  /** Undefined while it holds none. */
  #since: number | undefined;
  #ms = 0;

  start(): void {
    this.#since ??= performance.now();
  }

  stop(): void {
    if (this.#since !== undefined) this.#ms += performance.now() - this.#since;
    this.#since = undefined;
  }

  /** Milliseconds since this was last asked. */
  take(): number {
    const isHolding = this.#since !== undefined;
    this.stop();
    if (isHolding) this.start();
    const ms = this.#ms;
    this.#ms = 0;
    return ms;
  }
}
