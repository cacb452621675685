import { describe, expect, it } from "vitest";
import { pixelLength } from "../src/architecture.ts";
import { chooseInferBatch, measureInferBatch } from "../src/choose-infer-batch.ts";

const rate = (inferBatch: number, imagesPerSecond: number) => ({ inferBatch, imagesPerSecond });

describe("chooseInferBatch", () => {
  it("takes the fewest images that come within 5 % of the best rate", () => {
    expect(chooseInferBatch([rate(8, 900), rate(16, 1600), rate(32, 1960), rate(64, 2000)]).inferBatch).toBe(32);
    expect(chooseInferBatch([rate(8, 100)]).inferBatch).toBe(8);
  });
});

describe("measureInferBatch", () => {
  const sizes = [1, 2, 4];

  /** An engine that fails above a number of images and counts its calls. */
  function engine(limit: number) {
    const calls: number[] = [];
    async function inferBatch(pixels: Uint8Array, n: number): Promise<Float32Array> {
      expect(pixels).toHaveLength(n * pixelLength);
      calls.push(n);
      if (n > limit) throw new Error("out of memory");
      return new Float32Array(n);
    }
    return { inferBatch, inputSize: 224, calls };
  }

  it("warms each size up before it measures it", async () => {
    const { calls, ...counted } = engine(4);
    const rates = await measureInferBatch(counted, { sizes, seconds: 0 });
    expect(rates.map(({ inferBatch }) => inferBatch)).toEqual(sizes);
    expect(calls).toEqual([1, 1, 2, 2, 4, 4]);
  });

  it("ends where a call is too large", async () => {
    const rates = await measureInferBatch(engine(2), { sizes, seconds: 0 });
    expect(rates.map(({ inferBatch }) => inferBatch)).toEqual([1, 2]);
  });

  it("rejects where the smallest call fails", async () => {
    await expect(measureInferBatch(engine(0), { sizes, seconds: 0 })).rejects.toThrow("out of memory");
  });
});
