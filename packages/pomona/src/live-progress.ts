import type { RunProgress } from "@pomona/core";
import type { ImagesEvent } from "@pomona/worker";

/**
 * Joins what the coordinator knows (stored batches) with what the worker of the same process sees (single images), so
 * that the bar moves with every image and not with every batch.
 */
export class LiveProgress {
  readonly #startedAt: number;
  readonly #onProgress: (progress: RunProgress) => void;
  #latest: RunProgress | undefined;
  /** Images passed in batches that are in flight; a stored one counts in `#latest`. */
  readonly #inFlight = new Map<number, ImagesEvent>();
  #firstTakenAt: number | undefined;
  #lastStoredAt: number | undefined;
  /** Seconds from the start of the call to the first image with features; null before it. */
  firstImageSeconds: number | null = null;

  constructor(options: { readonly startedAt: number; readonly onProgress: (progress: RunProgress) => void }) {
    this.#startedAt = options.startedAt;
    this.#onProgress = options.onProgress;
  }

  readonly onProgress = (progress: RunProgress): void => {
    this.#latest = progress;
    this.#tell();
  };

  readonly onTaken = (): void => {
    this.#firstTakenAt ??= performance.now();
  };

  readonly onImages = (event: ImagesEvent): void => {
    this.#inFlight.set(event.batch, event);
    if (event.decoded > 0) this.firstImageSeconds ??= (performance.now() - this.#startedAt) / 1000;
    this.#tell();
  };

  /** A batch was stored: from here on the coordinator counts it. */
  readonly onStored = (batch: number): void => {
    this.#inFlight.delete(batch);
    this.#lastStoredAt = performance.now();
  };

  /** Seconds from the first batch taken to the last shard; 0 without either. */
  get featurizingSeconds(): number {
    if (this.#firstTakenAt === undefined || this.#lastStoredAt === undefined) return 0;
    return (this.#lastStoredAt - this.#firstTakenAt) / 1000;
  }

  #tell(): void {
    const progress = this.#latest;
    if (progress === undefined) return;
    if (progress.phase !== "featurizing") {
      this.#onProgress(progress);
      return;
    }
    let { done, quarantined } = progress;
    for (const event of this.#inFlight.values()) {
      done += event.decoded + event.quarantined;
      quarantined += event.quarantined;
    }
    this.#onProgress({ ...progress, done: Math.min(done, progress.listed), quarantined });
  }
}
