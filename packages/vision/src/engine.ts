import { mobileNetV2, pixelLength } from "./architecture.ts";
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

export function checkPixels(pixels: Uint8Array, n: number): void {
  if (Number.isInteger(n) && n > 0 && pixels.length === n * pixelLength) return;
  const { inputSize, inputChannels } = mobileNetV2;
  throw new TypeError(
    `inferBatch: expected n × ${inputSize} × ${inputSize} × ${inputChannels} bytes with n ≥ 1, got n = ${n} and ${pixels.length} bytes`,
  );
}
