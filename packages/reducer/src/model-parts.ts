import type { ModelFile } from "@pomona/core";
import type { Pca } from "@pomona/stats";

/** The components of a model as stored. */
export function pcaOf(model: ModelFile): Pca {
  const { dimension, components: k, loadings, eigenvalues, explainedVariance, rank, warnings } = model;
  let sum = 0;
  return {
    dimension,
    k,
    components: loadings,
    eigenvalues,
    explainedVarianceRatio: explainedVariance,
    cumulative: explainedVariance.map((share) => {
      sum += share;
      return sum;
    }),
    totalVariance: eigenvalues.length,
    rank,
    warnings,
  };
}
