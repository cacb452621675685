import type { PoolRegistry } from "@pomona/queue";

const everyMs = 2000;
const listenEveryMs = 250;

/** Has a round made every two seconds, and at once where there is a reason; never two at a time. */
export class RoundClock {
  readonly #round: () => Promise<void>;
  readonly #running: Promise<void>;
  #isStopped = false;
  #rung = false;
  #wake = (): void => {};

  constructor(round: () => Promise<void>) {
    this.#round = round;
    this.#running = this.#run();
  }

  ring(): void {
    this.#rung = true;
    this.#wake();
  }

  /** Looks for runs that somebody poked. Returns the timer that does so. */
  listen(registry: PoolRegistry, onPoke: (run: string) => void): NodeJS.Timeout {
    let isAsking = false;
    return setInterval(async () => {
      if (isAsking) return;
      isAsking = true;
      // Without Redis the next round finds what was written.
      const runs = await registry.takePokes().catch(() => []);
      isAsking = false;
      for (const run of runs) onPoke(run);
      if (runs.length > 0) this.ring();
    }, listenEveryMs);
  }

  /** After the round that is being made. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      this.#rung = false;
      await this.#round();
      if (!this.#rung && !this.#isStopped) await this.#pause();
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, everyMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
