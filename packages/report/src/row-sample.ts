import { seededRandom } from "@pomona/stats";

/** Chooses exactly min(size, of) of `of` rows that come one after the other, each set of rows with the same chance. */
export interface RowSampler {
  /** Whether the next row is chosen. */
  next(): boolean;
}

/** Selection sampling: Knuth, The Art of Computer Programming 2, section 3.4.2, algorithm S. */
export function createRowSampler({ size, of, seed }: { size: number; of: number; seed: number }): RowSampler {
  const random = seededRandom(seed);
  let seen = 0;
  let chosen = 0;
  return {
    next() {
      if (seen >= of) throw new RangeError(`sample: more than ${of} rows`);
      const take = (of - seen) * random() < Math.min(size, of) - chosen;
      seen += 1;
      if (take) chosen += 1;
      return take;
    },
  };
}
