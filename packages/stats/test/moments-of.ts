import { createTypescriptCrossProduct } from "../src/cross-product-typescript.ts";
import type { Moments } from "../src/moments.ts";
import { createMomentsAccumulator } from "../src/moments-accumulator.ts";

/** Moments of whole rows in blocks of `blockRows`, pushed `pushRows` at a time. */
export async function momentsOf(
  rows: Float32Array,
  dimension: number,
  { blockRows = 1024, pushRows = rows.length }: { blockRows?: number; pushRows?: number } = {},
): Promise<Moments> {
  const accumulator = createMomentsAccumulator({ dimension, blockRows, crossProduct: createTypescriptCrossProduct() });
  const step = pushRows * dimension;
  for (let at = 0; at < rows.length; at += step) await accumulator.push(rows.subarray(at, at + step));
  return accumulator.finish();
}
