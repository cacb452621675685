import type { Scaler } from "@pomona/stats";
import type { DimensionSummary } from "./report-data.ts";

/** A column that is not 0 in fewer rows than this share says little about most images. */
const rareShare = 0.01;

/**
 * @param active [d] rows in which a feature is not 0
 */
export function summariseDimensions(active: Float64Array, scaler: Scaler, rows: number): DimensionSummary {
  const columns = [...active.keys()];
  return {
    dimension: active.length,
    constant: [...scaler.constantColumns],
    dead: columns.filter((j) => active[j] === 0),
    rare: columns.filter((j) => (active[j] ?? 0) > 0 && (active[j] ?? 0) < rareShare * rows),
    zeroShare: 1 - active.reduce((sum, n) => sum + n, 0) / (active.length * rows),
  };
}
