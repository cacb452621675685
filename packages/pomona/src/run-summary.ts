import type { Success } from "@pomona/core";

/** What a run amounts to, for people and for scripts: the object that `--json` prints. */
export interface RunSummary {
  readonly run: string;
  /** `finished`: the same result was there already and nothing was done. */
  readonly outcome: "done" | "finished";
  readonly out: string;
  readonly images: number;
  readonly featurized: number;
  readonly quarantined: number;
  readonly quarantinedByReason: Readonly<Record<string, number>>;
  readonly labels: number;
  readonly components: number;
  readonly explainedVariance: readonly number[];
  /** Wall time of this call. */
  readonly seconds: number;
  /** Images decoded by this call per second, from the first batch taken to the last shard. */
  readonly imagesPerSecond: number;
  readonly decodedImages: number;
  readonly resumedImages: number;
  /** Of an update: images whose features were taken over, and whether the earlier model still fits. */
  readonly update?: Success["update"];
  /** Seconds from the start of this call to the first image that had features; null when none was made. */
  readonly firstImageSeconds: number | null;
  readonly generation: number;
  readonly listedAt: string;
  readonly untrained: boolean;
  readonly warnings: readonly string[];
}

export function summarise(
  success: Success,
  call: Pick<RunSummary, "outcome" | "out" | "seconds" | "decodedImages" | "resumedImages" | "firstImageSeconds"> & {
    readonly featurizingSeconds: number;
  },
): RunSummary {
  const { featurizingSeconds, ...rest } = call;
  const { books, model } = success;
  return {
    run: success.run,
    ...rest,
    images: books.listed,
    featurized: books.featurized,
    quarantined: books.quarantined,
    quarantinedByReason: success.quarantinedByReason,
    labels: Object.keys(success.labels).length,
    components: model.components,
    explainedVariance: model.explainedVariance,
    imagesPerSecond: featurizingSeconds > 0 ? call.decodedImages / featurizingSeconds : 0,
    generation: success.generation,
    listedAt: success.listedAt,
    untrained: success.untrained,
    warnings: model.warnings,
    ...(success.update && { update: success.update }),
  };
}

/** Of a call that found the result there already. */
export function summariseFinished(success: Success, out: string, seconds: number): RunSummary {
  const nothing = { decodedImages: 0, resumedImages: 0, firstImageSeconds: null, featurizingSeconds: 0 };
  return summarise(success, { outcome: "finished", out, seconds, ...nothing });
}
