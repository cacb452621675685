import { checkPixels, type Engine } from "./engine.ts";

/**
 * The engine with calls of exactly `size` images, the last ones black where there are fewer. Libraries for GPUs look for
 * the fastest kernels at the first call of each size, which takes seconds, and other kernels give other last digits: with
 * calls of one size they look once, and features do not depend on how many images meet.
 */
export function withFixedCalls(engine: Engine, size: number): Engine {
  const { inputSize, dimension } = engine;
  const pixelLength = inputSize ** 2 * 3;
  const padded = new Uint8Array(size * pixelLength);
  return {
    ...engine,
    async inferBatch(pixels, n) {
      checkPixels(pixels, n, engine);
      const rows = new Float32Array(n * dimension);
      for (let from = 0; from < n; from += size) {
        const count = Math.min(size, n - from);
        padded.set(pixels.subarray(from * pixelLength, (from + count) * pixelLength));
        padded.fill(0, count * pixelLength);
        const part = await engine.inferBatch(padded, size);
        rows.set(part.subarray(0, count * dimension), from * dimension);
      }
      return rows;
    },
  };
}
