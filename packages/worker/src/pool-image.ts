import type { QuarantineReason, QuarantineStage } from "@pomona/core";
import type { Preparation } from "./inference-messages.ts";

/** What became of an image: a row or the reason why there is none. */
export type ImageOutcome = FeaturizedImage | RefusedImage;

export interface FeaturizedImage {
  /** [dimension] */
  readonly features: Float32Array;
  /** From the start of decoding to the pixels, waiting for the thread included. */
  readonly decodeMs: number;
  readonly resampleMs: number;
  /** This image's share of its call of the engine. */
  readonly inferMs: number;
}

export interface RefusedImage {
  readonly features?: undefined;
  readonly stage: QuarantineStage;
  readonly reason: QuarantineReason;
  readonly detail: string;
}

/** An image on its way through the pool. */
export interface PoolImage {
  readonly id: number;
  readonly bytes: Uint8Array;
  readonly preparation: Preparation;
  readonly signal: AbortSignal | undefined;
  /** Processes that ended while they held it. */
  deaths: number;
  readonly resolve: (outcome: ImageOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/** Takes the first image that is still wanted; the others are rejected with their signal's reason. */
export function takeWanted(images: PoolImage[]): PoolImage | undefined {
  for (let image = images.shift(); image !== undefined; image = images.shift()) {
    if (!image.signal?.aborted) return image;
    image.reject(image.signal.reason);
  }
  return undefined;
}
