import {
  createMomentsAccumulator,
  createTypescriptCrossProduct,
  fitPca,
  fitScaler,
  pcaToMlPcaJson,
  projectRows,
  reproducibleMatrix,
  scaleRows,
} from "@pomona/stats";
import { PCA } from "ml-pca";
import { type ParityLine, parityLine } from "./parity-report.ts";

const tolerance = 1e-9;
const spec = { rows: 200, columns: 32, factors: 4, noise: 300, seed: 11, constantColumns: [7] };
const components = 5;

/**
 * `model/pca.json` in the hands of ml-pca: it loads, projects and explains the same; and ml-pca's own fit of the features
 * finds the same shares of the variance.
 */
export async function compareMlPca(): Promise<ParityLine[]> {
  const d = spec.columns;
  const rows = reproducibleMatrix(spec);
  const accumulator = createMomentsAccumulator({ dimension: d, crossProduct: createTypescriptCrossProduct() });
  await accumulator.push(rows);
  const moments = await accumulator.finish();
  const scaled = scaleRows(fitScaler(moments), rows);
  const pca = fitPca({ moments, components });

  const model = JSON.parse(JSON.stringify(pcaToMlPcaJson(pca)));
  const loaded = PCA.load(model);
  const own = new PCA(toRows(rows, d), { center: true, scale: true, ignoreZeroVariance: true });
  const compare = (what: string, actual: readonly number[], expected: Float64Array) =>
    parityLine({
      stage: "ml-pca",
      what,
      difference: largestDifference(actual, expected),
      tolerance,
      detail: `${spec.rows} rows of ${d}, ${components} components`,
    });
  return [
    compare("projection by pca.json", loaded.predict(toRows(scaled, d)).to1DArray(), projectRows(pca, scaled)),
    compare(
      "explained variance of pca.json",
      loaded.getExplainedVariance().slice(0, components),
      pca.explainedVarianceRatio,
    ),
    compare("ml-pca's own fit", own.getExplainedVariance().slice(0, components), pca.explainedVarianceRatio),
  ];
}

function toRows(values: Float32Array, width: number): number[][] {
  return Array.from({ length: values.length / width }, (_, i) =>
    Array.from(values.subarray(i * width, (i + 1) * width)),
  );
}

function largestDifference(actual: readonly number[], expected: Float64Array): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  return Math.max(...actual.map((value, i) => Math.abs(value - (expected[i] ?? Number.NaN))));
}
