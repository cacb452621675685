import { readFileSync } from "node:fs";
import type { JobResult } from "@pomona/core";
import type { ProcessVitals } from "@pomona/queue";
import type { EngineTime } from "@pomona/worker";
import { RateMeter } from "../rate-meter.ts";

/** Of Linux on the machines that we know; elsewhere children are not counted. */
const pageBytes = 4096;

type EngineVitals = Pick<ProcessVitals, "device" | "decoders">;

/** How this process fares, as it tells the pool every few seconds. */
export class Vitals {
  readonly #startedAt = new Date().toISOString();
  readonly #rate: RateMeter;
  #jobs = 0;
  #restarts = 0;
  #images = 0;
  #progressAt = this.#startedAt;
  readonly #busy: RateMeter;
  readonly #waiting: RateMeter;
  #busyMs = 0;
  #waitMs = 0;
  #engine: EngineVitals = {};

  constructor(now?: () => number) {
    this.#rate = new RateMeter(now);
    this.#busy = new RateMeter(now);
    this.#waiting = new RateMeter(now);
    this.#observe();
  }

  jobStarted(restarts: number): void {
    this.#jobs += 1;
    if (restarts > 0) this.#restarts += 1;
  }

  jobEnded(result?: JobResult): void {
    if (result === undefined) return;
    this.#progressAt = new Date().toISOString();
    this.#images += result.decoded;
  }

  inferred({ busyMs, waitMs }: EngineTime): void {
    this.#busyMs += busyMs;
    this.#waitMs += waitMs;
  }

  engineLoaded(engine: EngineVitals): void {
    this.#engine = engine;
  }

  tell(): ProcessVitals {
    this.#observe();
    const [busy, waiting] = [this.#busy.perSecond, this.#waiting.perSecond];
    return {
      startedAt: this.#startedAt,
      progressAt: this.#progressAt,
      rssBytes: residentBytes(),
      jobs: this.#jobs,
      images: this.#images,
      imagesPerSecond: Number(this.#rate.perSecond.toFixed(1)),
      restarts: this.#restarts,
      ...this.#engine,
      ...(busy > 0 && { engineWait: Number((waiting / (busy + waiting)).toFixed(3)) }),
    };
  }

  #observe(): void {
    this.#rate.observe(this.#images);
    this.#busy.observe(this.#busyMs);
    this.#waiting.observe(this.#waitMs);
  }
}

/** Of this process and, on Linux, of the children that decode and compute for it. */
function residentBytes(): number {
  return process.memoryUsage.rss() + childIds().reduce((sum, id) => sum + residentBytesOf(id), 0);
}

function childIds(): string[] {
  return readOrNothing(`/proc/${process.pid}/task/${process.pid}/children`).split(" ").filter(Boolean);
}

function residentBytesOf(id: string): number {
  return pageBytes * Number(readOrNothing(`/proc/${id}/statm`).split(" ")[1] ?? 0);
}

function readOrNothing(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}
