import type { Weather } from "@pomona/core";
import type { PoolRegistry } from "@pomona/queue";

const everyMs = 1000;

/** Tells the pool which operations on which runs' storage succeed here: at most once a second, however many do. */
export class WeatherReport {
  readonly #registry: PoolRegistry;
  readonly #news = new Map<string, Set<Weather>>();
  readonly #timer: NodeJS.Timeout;

  constructor(registry: PoolRegistry) {
    this.#registry = registry;
    this.#timer = setInterval(() => this.#tell(), everyMs);
    this.#timer.unref();
  }

  succeeded(run: string, weather: Weather): void {
    const known = this.#news.get(run);
    if (known === undefined) this.#news.set(run, new Set([weather]));
    else known.add(weather);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tell(): void {
    for (const [run, weathers] of this.#news) {
      // Without Redis nobody can be told, and nobody asks.
      this.#registry.noteSuccess(run, [...weathers]).catch(() => {});
    }
    this.#news.clear();
  }
}
