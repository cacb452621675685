import type { QuarantineReason, QuarantineStage } from "@pomona/core";
import type { ImageSource, Preparation } from "./inference-messages.ts";

/** What became of an image: a row or the reason why there is none. */
export type ImageOutcome = FeaturizedImage | RefusedImage;

export interface FeaturizedImage {
  /** [dimension] */
  readonly features: Float32Array;
  /** Of reading the file where the inference process did, without waiting for a thread. */
  readonly getMs: number | undefined;
  /** Without waiting for a thread. */
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
  readonly source: ImageSource;
  readonly preparation: Preparation;
  readonly signal: AbortSignal | undefined;
  /** Processes that ended while they held it. */
  deaths: number;
  /** With undefined where its file could not be read. */
  readonly resolve: (outcome: ImageOutcome | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Bytes of the file. */
export function sizeOf({ source }: PoolImage): number {
  return source instanceof Uint8Array ? source.length : source.size;
}

/** Takes the first image that is still wanted; the others are rejected with their signal's reason. */
export function takeWanted(images: PoolImage[]): PoolImage | undefined {
  for (let image = images.shift(); image !== undefined; image = images.shift()) {
    if (!image.signal?.aborted) return image;
    image.reject(image.signal.reason);
  }
  return undefined;
}
