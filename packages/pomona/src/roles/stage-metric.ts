import { addStageTimes, bucketBounds, type StageTimes } from "@pomona/core";
import type { MetricValue } from "prom-client";

/** What prom-client asks of a metric when it is scraped. */
interface Scraped {
  readonly name: string;
  readonly help: string;
  readonly type: "histogram";
  readonly aggregator: "sum";
  readonly values: readonly (MetricValue<string> & { readonly metricName: string })[];
}

const name = "pomona_stage_seconds";

/** The durations of the stages of images, which come as histograms: prom-client's own takes single observations. */
export class StageMetric {
  readonly name = name;
  #times: StageTimes = {};

  add(times: StageTimes): void {
    this.#times = addStageTimes(this.#times, times);
  }

  async get(): Promise<Scraped> {
    const values: Scraped["values"][number][] = [];
    for (const [stage, { count, totalMs, buckets }] of Object.entries(this.#times)) {
      let seen = 0;
      for (const [i, bound] of bucketBounds.entries()) {
        seen += buckets[i] ?? 0;
        const le = Number.isFinite(bound) ? bound / 1000 : "+Inf";
        values.push({ metricName: `${name}_bucket`, labels: { stage, le }, value: seen });
      }
      values.push({ metricName: `${name}_sum`, labels: { stage }, value: totalMs / 1000 });
      values.push({ metricName: `${name}_count`, labels: { stage }, value: count });
    }
    const help = "Time of an image in a stage (get, decode, resample, infer); put: of a batch";
    return { name, help, type: "histogram", aggregator: "sum", values };
  }

  reset(): void {
    this.#times = {};
  }
}
