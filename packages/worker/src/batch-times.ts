import { emptyHistogram, type Histogram, observe, type Stage, type StageTimes } from "@pomona/core";

/** The durations of one batch, by stage. */
export class BatchTimes {
  readonly #histograms: Partial<Record<Stage, Histogram>> = {};

  observe(stage: Stage, ms: number): void {
    const histogram = this.#histograms[stage] ?? emptyHistogram();
    this.#histograms[stage] = histogram;
    observe(histogram, ms);
  }

  async measure<T>(stage: Stage, work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await work();
    this.observe(stage, performance.now() - start);
    return result;
  }

  get stages(): StageTimes {
    return this.#histograms;
  }
}
