import { describe, expect, it } from "vitest";
import { computeCoefficients } from "../src/coefficients.ts";
import { packColumnWeights, packRowWeights } from "../src/packed-weights.ts";

/** The weights again, from pairs of low and pairs of high halves. */
function unpack(words: Int32Array, groupSize: number): number[] {
  const halves = new Int16Array(words.buffer);
  const weights: number[] = [];
  for (let group = 0; group < halves.length; group += groupSize * 2) {
    for (let tap = 0; tap < groupSize; tap++) {
      weights.push(halves[group + groupSize + tap] * 65536 + halves[group + tap]);
    }
  }
  return weights;
}

describe.each([
  ["packRowWeights", packRowWeights, 4, 3],
  ["packColumnWeights", packColumnWeights, 2, 1],
] as const)("%s", (_, pack, groupSize, startUnit) => {
  it("keeps every weight, and adds only zeros", () => {
    const table = computeCoefficients(30, 7, "lanczos");
    const { spans, weights } = pack(table);
    const unpacked = unpack(weights, groupSize);
    let at = 0;
    for (let i = 0; i < table.outSize; i++) {
      const count = table.counts[i];
      const length = Math.ceil(count / groupSize) * groupSize;
      expect([spans[2 * i], spans[2 * i + 1]]).toEqual([table.starts[i] * startUnit, length / groupSize]);
      const expected = [...table.weights.subarray(i * table.taps, i * table.taps + count)];
      expect(unpacked.slice(at, at + length)).toEqual([...expected, ...Array(length - count).fill(0)]);
      at += length;
    }
    expect(at).toBe(unpacked.length);
  });
});
