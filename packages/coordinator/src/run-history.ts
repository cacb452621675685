import type { Phase, RunProgress, Telemetry } from "@pomona/core";

/** Most points that are kept; when there are more, every second one is dropped. */
const maxPoints = 240;
/** Between two points, at first; doubled each time that points are dropped. */
const firstStepMs = 1000;

/**
 * The course of a run, for people: when each phase began, and how many images had features when. Its size does not depend
 * on the number of images or hours. A coordinator that goes on with a run goes on with its history.
 */
export class RunHistory {
  readonly #now: () => Date;
  readonly #phases: { phase: Phase; at: string }[];
  #series: [number, number][];
  #stepMs = firstStepMs;
  #last: [number, number] | undefined;
  #progress: RunProgress | undefined;

  constructor(now: () => Date, earlier?: Pick<Telemetry, "phases" | "series">) {
    this.#now = now;
    this.#phases = [...(earlier?.phases ?? [])];
    this.#series = [...(earlier?.series ?? [])];
    const [first, last] = [this.#series[0], this.#series.at(-1)];
    if (first !== undefined && last !== undefined && this.#series.length > 1) {
      this.#stepMs = Math.max(firstStepMs, (last[0] - first[0]) / (this.#series.length - 1));
    }
  }

  note(progress: RunProgress): void {
    const { phase, done } = progress;
    const at = this.#now();
    this.#progress = progress;
    if (this.#phases.at(-1)?.phase !== phase) this.#phases.push({ phase, at: at.toISOString() });
    if (phase !== "listing" && phase !== "featurizing") return;
    const point: [number, number] = [at.getTime(), done];
    this.#last = point;
    const newest = this.#series.at(-1);
    if (newest !== undefined && point[0] - newest[0] < this.#stepMs) return;
    this.#series.push(point);
    if (this.#series.length <= maxPoints) return;
    this.#series = this.#series.filter((_, i) => i % 2 === 0);
    this.#stepMs *= 2;
  }

  /** What goes into a telemetry file. The last point is as of now, whatever the step is. */
  get told(): Pick<Telemetry, "phases" | "series" | "progress"> {
    const isNews = this.#last !== undefined && this.#last[0] > (this.#series.at(-1)?.[0] ?? 0);
    return {
      phases: [...this.#phases],
      series: isNews && this.#last !== undefined ? [...this.#series, this.#last] : [...this.#series],
      progress: this.#progress,
    };
  }
}
