import { mobileNetV2 } from "./architecture.ts";
import type { Weights } from "./weights.ts";

/**
 * Evaluates the network. One lives in a process, from its start to its end: making and releasing sessions leaks native
 * memory (onnxruntime#25325). Calls are not to overlap; an engine computes on the calling thread.
 */
export interface Engine {
  readonly name: string;
  /** Version of the library underneath. */
  readonly version: string;
  readonly precision: "float32";
  readonly device: "cpu" | "gpu";
  /** Height and width of its images, pixels. */
  readonly inputSize: number;
  /** Length of a feature vector. */
  readonly dimension: number;
  /**
   * @param pixels RGB bytes of `n` images, each inputSize × inputSize, row by row, one image after the other
   * @returns `n` feature vectors, one after the other, in memory of the caller's
   * @throws TypeError when the number of bytes is not that of `n` images
   */
  inferBatch(pixels: Uint8Array, n: number): Promise<Float32Array>;
  dispose(): Promise<void>;
}

export interface EngineOptions {
  readonly weights: Weights;
  /** Threads of one call, default 1: two processes of one thread are faster than one of two. */
  readonly threads?: number;
  /** Whether to compute on the GPU that this process was left with, see `claimGpu`; default false. */
  readonly gpu?: boolean;
}

/** What every engine of MobileNetV2 says of itself. */
export const mobileNetShape = { inputSize: mobileNetV2.inputSize, dimension: mobileNetV2.featureDimension } as const;

export function checkPixels(pixels: Uint8Array, n: number, { inputSize } = { inputSize: mobileNetV2.inputSize }): void {
  if (Number.isInteger(n) && n > 0 && pixels.length === n * inputSize * inputSize * 3) return;
  throw new TypeError(
    `inferBatch: expected n × ${inputSize} × ${inputSize} × 3 bytes with n ≥ 1, got n = ${n} and ${pixels.length} bytes`,
  );
}
