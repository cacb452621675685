import type { CoefficientTable } from "./coefficients.ts";

/** A coefficient table as the kernel reads it (assembly/resample.ts). */
export interface PackedWeights {
  /** For each output pixel: where its first source pixel is, and how many groups of taps it has. */
  readonly spans: Int32Array;
  readonly weights: Int32Array;
}

/** Packs weights in groups of 4 taps, starts in bytes of a line of 3-byte pixels. */
export function packRowWeights(table: CoefficientTable): PackedWeights {
  return pack(table, { startUnit: 3, groupSize: 4 });
}

/** Packs weights in groups of 2 taps, starts in lines. */
export function packColumnWeights(table: CoefficientTable): PackedWeights {
  return pack(table, { startUnit: 1, groupSize: 2 });
}

/** A group of n taps takes n words: the low halves of its pairs, then the high ones. Taps past the last weigh 0. */
function pack(
  { outSize, taps, starts, counts, weights }: CoefficientTable,
  { startUnit, groupSize }: { startUnit: number; groupSize: number },
): PackedWeights {
  const spans = new Int32Array(outSize * 2);
  const groups = counts.map((count) => Math.ceil(count / groupSize));
  const words = new Int32Array(groups.reduce((sum, n) => sum + n, 0) * groupSize);
  let word = 0;
  for (let i = 0; i < outSize; i++) {
    spans[i * 2] = starts[i] * startUnit;
    spans[i * 2 + 1] = groups[i];
    const weightOf = (tap: number) => (tap < counts[i] ? weights[i * taps + tap] : 0);
    for (let first = 0; first < groups[i] * groupSize; first += groupSize) {
      for (let tap = first; tap < first + groupSize; tap += 2) {
        words[word] = lowHalves(weightOf(tap), weightOf(tap + 1));
        words[word + groupSize / 2] = highHalves(weightOf(tap), weightOf(tap + 1));
        word++;
      }
      word += groupSize / 2;
    }
  }
  return { spans, weights: words };
}

/** The signed low 16 bits of two weights in one word; the high halves make up for the sign. */
function lowHalves(first: number, second: number): number {
  return (first & 0xffff) | (second << 16);
}

function highHalves(first: number, second: number): number {
  return (highHalf(first) & 0xffff) | (highHalf(second) << 16);
}

function highHalf(weight: number): number {
  const low = (weight << 16) >> 16;
  return (weight - low) >> 16;
}
