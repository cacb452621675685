import type { JobResult } from "@pomona/core";
import type { EngineTime } from "@pomona/worker";
import { Counter, collectDefaultMetrics, Gauge, type Metric, Registry } from "prom-client";
import { version } from "../version.ts";
import type { Liveness } from "./liveness.ts";
import { StageMetric } from "./stage-metric.ts";
import { Vitals } from "./vitals.ts";

export type JobOutcome = "completed" | "failed" | "handed-back";

/** The metrics of one process, as Prometheus scrapes them. */
export class RoleMetrics {
  readonly registry = new Registry();
  /** The same, in short, for the pool. */
  readonly vitals = new Vitals();
  readonly #images = this.#counter("images_total", "Images that left the process, by what became of them", ["result"]);
  readonly #jobs = this.#counter("jobs_total", "Jobs that this process took, by how they ended", ["kind", "result"]);
  readonly #stalls = this.#counter("stalled_jobs_total", "Jobs taken whose last holder died or was cut off");
  readonly #interruptions = this.#counter("redis_interruptions_total", "Times that jobs may have been lost");
  readonly #retries = this.#counter("storage_retries_total", "Requests to storage that were made again", ["operation"]);
  readonly #engine = this.#counter(
    "engine_seconds_total",
    "Time of the engines: busy, or waiting although there were images for them",
    ["state"],
  );
  readonly #stages = new StageMetric();

  constructor({ role, liveness }: { readonly role: string; readonly liveness: Liveness }) {
    const { registry } = this;
    registry.registerMetric(this.#stages as unknown as Metric);
    collectDefaultMetrics({ register: registry, prefix: "pomona_" });
    const build = new Gauge({
      name: "pomona_build_info",
      help: "Always 1; its labels say what runs here",
      labelNames: ["role", "version", "node"],
      registers: [registry],
    });
    build.set({ role, version, node: process.version }, 1);
    this.gauge("last_progress_timestamp_seconds", "When the process last got on with its work", () => ({
      "": liveness.lastProgress / 1000,
    }));
  }

  /** A gauge that is asked when it is read: its values by the value of its label, or one under the empty string. */
  gauge(name: string, help: string, ask: () => Readonly<Record<string, number>>, label?: string): void {
    new Gauge({
      name: `pomona_${name}`,
      help,
      labelNames: label === undefined ? [] : [label],
      registers: [this.registry],
      collect() {
        for (const [value, n] of Object.entries(ask())) this.set(label === undefined ? {} : { [label]: value }, n);
      },
    });
  }

  jobStarted(restarts: number): void {
    this.vitals.jobStarted(restarts);
    if (restarts > 0) this.#stalls.inc();
  }

  jobEnded(kind: string, outcome: JobOutcome, result?: JobResult): void {
    this.vitals.jobEnded(result);
    this.#jobs.inc({ kind, result: outcome });
    if (kind !== "features" || result === undefined || result.decoded === 0) return;
    this.#images.inc({ result: "featurized" }, result.rows);
    this.#images.inc({ result: "quarantined" }, result.quarantined);
    if (result.stages !== undefined) this.#stages.add(result.stages);
  }

  inferred(time: EngineTime): void {
    this.vitals.inferred(time);
    this.#engine.inc({ state: "busy" }, time.busyMs / 1000);
    this.#engine.inc({ state: "waiting" }, time.waitMs / 1000);
  }

  storageRetried(operation: string): void {
    this.#retries.inc({ operation });
  }

  interrupted(): void {
    this.#interruptions.inc();
  }

  #counter(name: string, help: string, labelNames: string[] = []): Counter {
    return new Counter({ name: `pomona_${name}`, help, labelNames, registers: [this.registry] });
  }
}
