/** Seconds over which the current rate is taken: long enough to be calm, short enough to follow a change. */
const windowSeconds = 15;

/** Units per second over the last seconds, from a counter that only grows. */
export class RateMeter {
  readonly #now: () => number;
  readonly #samples: { readonly at: number; readonly count: number }[] = [];

  constructor(now: () => number = () => performance.now() / 1000) {
    this.#now = now;
  }

  observe(count: number): void {
    const at = this.#now();
    this.#samples.push({ at, count });
    while (this.#samples.length > 2 && at - (this.#samples[1]?.at ?? at) > windowSeconds) this.#samples.shift();
  }

  /** 0 before two samples lie apart. */
  get perSecond(): number {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.at <= first.at) return 0;
    return (last.count - first.count) / (last.at - first.at);
  }
}
