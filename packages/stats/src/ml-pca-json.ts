import type { Pca } from "./pca.ts";

const VERSION = 1;

/**
 * model/pca.json: what `PCA.load` of ml-pca 4 accepts, and our own numbers under `pomona`. Its input is the
 * *scaled* features: `PCA.load(json).predict(scaledRows)` gives `pcaFeatures`.
 */
export interface MlPcaJson {
  name: "PCA";
  /** False, and so are means and stdevs empty: scaler.json does that part. */
  center: false;
  scale: false;
  means: number[];
  stdevs: number[];
  /** d × k, one component a column. */
  U: number[][];
  /** All eigenvalues, so that ml-pca's `getExplainedVariance` divides by the total variance. */
  S: number[];
  excludedFeatures: number[];
  pomona: {
    version: typeof VERSION;
    input: "scaledFeatures";
    k: number;
    rank: number;
    totalVariance: number;
    explainedVarianceRatio: number[];
    cumulative: number[];
    warnings: string[];
  };
}

export function pcaToMlPcaJson(pca: Pca): MlPcaJson {
  const { dimension, k, components } = pca;
  return {
    name: "PCA",
    center: false,
    scale: false,
    means: [],
    stdevs: [],
    U: Array.from({ length: dimension }, (_, j) =>
      Array.from({ length: k }, (_, row) => components[row * dimension + j]),
    ),
    S: Array.from(pca.eigenvalues),
    excludedFeatures: [],
    pomona: {
      version: VERSION,
      input: "scaledFeatures",
      k,
      rank: pca.rank,
      totalVariance: pca.totalVariance,
      explainedVarianceRatio: Array.from(pca.explainedVarianceRatio),
      cumulative: Array.from(pca.cumulative),
      warnings: [...pca.warnings],
    },
  };
}

/**
 * Reads what `pcaToMlPcaJson` wrote, to the bit.
 *
 * @throws Error where it is another model, another version, or its arrays don't fit together
 */
export function pcaFromMlPcaJson(json: unknown): Pca {
  const { name, center, scale, U, S, pomona } = (json ?? {}) as Partial<MlPcaJson>;
  if (name !== "PCA" || pomona?.version !== VERSION) {
    throw new Error(`pca: expected a PCA of pomona version ${VERSION}, got ${String(name)} ${String(pomona?.version)}`);
  }
  if (center !== false || scale !== false) throw new Error("pca: center and scale must be false, the scaler does both");
  const { k, rank, totalVariance, explainedVarianceRatio, cumulative, warnings } = pomona;
  if (!Array.isArray(U) || !Array.isArray(S) || U.length === 0 || U.some((row) => row.length !== k)) {
    throw new Error(`pca: U must have one row per feature and ${k} columns, S all eigenvalues`);
  }
  const dimension = U.length;
  const components = new Float64Array(k * dimension);
  for (const [j, row] of U.entries()) {
    for (let c = 0; c < k; c++) components[c * dimension + j] = row[c];
  }
  return {
    dimension,
    k,
    components,
    eigenvalues: Float64Array.from(S),
    explainedVarianceRatio: Float64Array.from(explainedVarianceRatio),
    cumulative: Float64Array.from(cumulative),
    totalVariance,
    rank,
    warnings,
  };
}
