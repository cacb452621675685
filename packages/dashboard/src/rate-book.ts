import type { RunSummary } from "./run-view.ts";

interface Sample {
  readonly at: number;
  readonly done: number;
}

/** Long enough to be calm, short enough to follow a change. */
const windowMs = 20_000;
/** Between two samples of a run. */
const stepMs = 900;
const forgottenAfterMs = 10 * 60_000;

/** How fast runs are now, from the counts that the dashboard sees. */
export class RateBook {
  readonly #now: () => number;
  readonly #samples = new Map<string, Sample[]>();

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  observe({ run, progress }: Pick<RunSummary, "run" | "progress">): void {
    if (progress === undefined || (progress.phase !== "featurizing" && progress.phase !== "listing")) return;
    const at = this.#now();
    const samples = this.#samples.get(run) ?? [];
    const last = samples.at(-1);
    if (last !== undefined && at - last.at < stepMs) return;
    samples.push({ at, done: progress.done });
    while (samples.length > 2 && at - (samples[1]?.at ?? at) > windowMs) samples.shift();
    this.#samples.set(run, samples);
    for (const [other, kept] of this.#samples) {
      if (at - (kept.at(-1)?.at ?? 0) > forgottenAfterMs) this.#samples.delete(other);
    }
  }

  /** Images per second over the last seconds; undefined before two counts are known. */
  now(run: string): number | undefined {
    const samples = this.#samples.get(run) ?? [];
    const [first, last] = [samples[0], samples.at(-1)];
    if (first === undefined || last === undefined || last.at - first.at < stepMs) return undefined;
    if (this.#now() - last.at > windowMs) return undefined;
    return Math.max(0, ((last.done - first.done) * 1000) / (last.at - first.at));
  }
}
