import { describe, expect, test } from "vitest";
import type { Engine } from "../src/engine.ts";
import { withFixedCalls } from "../src/fixed-calls.ts";

const inputSize = 2;
const pixelLength = inputSize ** 2 * 3;

/** Its features are the first pixel and the number of images of the call. */
function countingEngine(calls: number[]): Engine {
  return {
    name: "counting",
    version: "1",
    precision: "float32",
    device: "gpu",
    inputSize,
    dimension: 2,
    async inferBatch(pixels, n) {
      calls.push(n);
      return Float32Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? pixels[(i / 2) * pixelLength] : n));
    },
    async dispose() {},
  };
}

function images(count: number): Uint8Array {
  return Uint8Array.from({ length: count * pixelLength }, (_, i) => 1 + Math.floor(i / pixelLength));
}

describe("calls of one size", () => {
  test.each([
    [1, [4]],
    [4, [4]],
    [6, [4, 4]],
  ])("hold %i images, and give their features alone", async (n, expected) => {
    const calls: number[] = [];
    const engine = withFixedCalls(countingEngine(calls), 4);
    const rows = await engine.inferBatch(images(n), n);
    expect(calls).toEqual(expected);
    expect([...rows]).toEqual(Array.from({ length: n }, (_, i) => [1 + i, 4]).flat());
  });

  test("are filled with black, not with what was there before", async () => {
    const seen: Uint8Array[] = [];
    const engine: Engine = {
      ...countingEngine([]),
      inferBatch: async (pixels, n) => {
        seen.push(pixels.slice());
        return new Float32Array(2 * n);
      },
    };
    const fixed = withFixedCalls(engine, 2);
    await fixed.inferBatch(images(2), 2);
    await fixed.inferBatch(images(1), 1);
    expect([...seen[1].subarray(pixelLength)]).toEqual(Array(pixelLength).fill(0));
  });

  test("refuse bytes that are not n images", async () => {
    await expect(withFixedCalls(countingEngine([]), 4).inferBatch(images(2), 3)).rejects.toThrow(TypeError);
  });
});
