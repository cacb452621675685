import type { CrossProduct } from "./cross-product.ts";
import { addMoments, emptyMoments, type Moments } from "./moments.ts";

export interface MomentsAccumulatorOptions {
  /** Columns of a row, d. */
  dimension: number;
  /** Rows of a block. Another value gives other roundings (1e-15), so the runs of one build keep it. Default 1024. */
  blockRows?: number;
  crossProduct: CrossProduct;
}

export interface MomentsAccumulator {
  /** Takes n·d floats, row-major; copies them, so the caller may reuse the array. One push at a time. */
  push(rows: Float32Array): Promise<void>;
  /** The moments of all rows pushed; nothing can be pushed afterwards. */
  finish(): Promise<Moments>;
}

/**
 * Moments of a stream of rows in one pass and in constant memory (one block, the sums, one cross product: 24 MB at
 * d = 1280).
 *
 * Rows are cut into blocks of exactly `blockRows` from the first row on, whatever the sizes of the pushes, so the result
 * does not depend on how rows arrive, to the bit. Each block is centred on its own mean before the product: no
 * cancellation, and a constant column gives exactly 0 (a sum of ≤ 2^29 equal floats is exact in double).
 */
export function createMomentsAccumulator({
  dimension,
  blockRows = 1024,
  crossProduct,
}: MomentsAccumulatorOptions): MomentsAccumulator {
  if (!Number.isInteger(blockRows) || blockRows < 1) {
    throw new RangeError(`moments: blockRows must be a positive integer, got ${blockRows}`);
  }
  let total = emptyMoments(dimension);
  const block = new Float64Array(blockRows * dimension);
  const mean = new Float64Array(dimension);
  const capacity = block.length;
  let filled = 0;
  let state: "open" | "busy" | "finished" = "open";

  async function addBlock(): Promise<void> {
    const count = filled / dimension;
    filled = 0;
    centre(block, count, mean);
    const comoment = await crossProduct(block, count, dimension);
    total = addMoments(total, { count, dimension, mean, comoment });
  }

  function begin(): void {
    if (state !== "open") throw new Error(`moments: the accumulator is ${state}; await each push, finish once`);
    state = "busy";
  }

  return {
    async push(rows) {
      if (rows.length % dimension !== 0) {
        throw new RangeError(`moments: ${rows.length} values are not whole rows of ${dimension}`);
      }
      begin();
      for (let at = 0; at < rows.length; ) {
        const taken = Math.min(capacity - filled, rows.length - at);
        block.set(rows.subarray(at, at + taken), filled);
        at += taken;
        filled += taken;
        if (filled === capacity) await addBlock();
      }
      state = "open";
    },
    async finish() {
      begin();
      if (filled > 0) await addBlock();
      state = "finished";
      return total;
    },
  };
}

/** Replaces the rows of `block` by their differences from the column means, which go to `mean`. */
function centre(block: Float64Array, rows: number, mean: Float64Array): void {
  const d = mean.length;
  mean.fill(0);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let j = 0; j < d; j++, at++) mean[j] += block[at];
  }
  for (let j = 0; j < d; j++) mean[j] /= rows;
  for (let row = 0, at = 0; row < rows; row++) {
    for (let j = 0; j < d; j++, at++) block[at] -= mean[j];
  }
}
