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

/** Takes the first images that are still wanted, at most `count`; the others are rejected with their signal's reason. */
export function takeWanted<T extends PoolImage>(images: T[], count = 1): T[] {
  const wanted: T[] = [];
  while (wanted.length < count) {
    const image = images.shift();
    if (image === undefined) break;
    if (image.signal?.aborted) image.reject(image.signal.reason);
    else wanted.push(image);
  }
  return wanted;
}
