import { describe, expect, it } from "vitest";
import { computeCoefficients, PRECISION_BITS } from "../src/coefficients.ts";

describe("computeCoefficients", () => {
  it.each(["bicubic", "bilinear", "lanczos"] as const)("sums the weights of each pixel to one: %s", (filter) => {
    for (const [inSize, outSize] of [
      [1, 224],
      [850, 224],
      [223, 224],
      [65_535, 224],
    ]) {
      const { taps, counts, starts, weights } = computeCoefficients(inSize, outSize, filter);
      for (let i = 0; i < outSize; i++) {
        const sum = weights.subarray(i * taps, i * taps + taps).reduce((total, weight) => total + weight, 0);
        // Each weight is rounded by half a unit at most.
        expect(Math.abs(sum - (1 << PRECISION_BITS))).toBeLessThanOrEqual(counts[i] / 2);
        expect(starts[i]).toBeGreaterThanOrEqual(0);
        expect(starts[i] + counts[i]).toBeLessThanOrEqual(inSize);
      }
    }
  });

  it("averages pairs with a bilinear filter at half size", () => {
    const { starts, counts, taps, weights } = computeCoefficients(8, 4, "bilinear");
    const unit = 1 << (PRECISION_BITS - 3);
    expect([starts[1], counts[1]]).toEqual([1, 4]);
    expect([...weights.subarray(taps, taps + 4)]).toEqual([unit, 3 * unit, 3 * unit, unit]);
  });
});
