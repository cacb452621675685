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

  readonly onImages = (event: ImagesEvent): void => {
    this.#inFlight.set(event.batch, event);
    if (event.decoded > 0) this.firstImageSeconds ??= (performance.now() - this.#startedAt) / 1000;
    this.#tell();
  };

  /** A batch was stored: from here on the coordinator counts it. */
  readonly onStored = (batch: number): void => {
    this.#inFlight.delete(batch);
  };

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
