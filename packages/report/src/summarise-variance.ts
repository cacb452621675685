import type { Pca } from "@pomona/stats";
import type { VarianceProfile } from "./report-data.ts";

const shares = [0.8, 0.9, 0.95, 0.99] as const;
/** As `--variance`: a sum that falls short by less has reached its target. */
const roundingTolerance = 1e-12;

/** The scree: what every component explains, and how many reach a share. `--variance` chooses the same numbers. */
export function summariseVariance({ eigenvalues, totalVariance, rank, k }: Pca): VarianceProfile {
  const ratios = Array.from(eigenvalues, (value) => value / totalVariance);
  return {
    total: totalVariance,
    rank,
    kept: k,
    keptShare: ratios.slice(0, k).reduce((sum, ratio) => sum + ratio, 0),
    ratios,
    needed: shares.map((share) => ({ share, components: componentsFor(ratios, share, rank) })),
  };
}

function componentsFor(ratios: readonly number[], share: number, rank: number): number {
  let sum = 0;
  const last = ratios.findIndex((ratio) => {
    sum += ratio;
    return sum >= share - roundingTolerance;
  });
  return last < 0 ? rank : Math.min(last + 1, rank);
}
