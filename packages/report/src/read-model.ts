import { decodeModel, type ModelFile, type ObjectStore, outputLayout, runLayout, type Success } from "@pomona/core";
import { type Pca, pcaFromMlPcaJson, type Scaler, scalerFromJson } from "@pomona/stats";

/** What turned features into the other two vectors. */
export interface Model {
  readonly scaler: Scaler;
  readonly pca: Pca;
}

/** The model as published below `model/`. Throws where a file is missing or unreadable. */
export async function readPublishedModel(out: ObjectStore): Promise<Model> {
  const scaler = scalerFromJson(await readJson(out, outputLayout.scaler));
  return { scaler, pca: pcaFromMlPcaJson(await readJson(out, outputLayout.pca)) };
}

/** The model as the fit wrote it; undefined where `_run` was cleaned away. */
export async function readRunModel(out: ObjectStore, { run, generation }: Success): Promise<Model | undefined> {
  const key = runLayout(run).generation(generation).model;
  if ((await out.stat(key)) === undefined) return undefined;
  return fromFile(decodeModel(await out.get(key), key));
}

/** Names what differs between two models, to the bit. */
export function modelDifferences(a: Model, b: Model): string[] {
  const pairs: readonly (readonly [string, ArrayLike<number>, ArrayLike<number>])[] = [
    ["mean", a.scaler.mean, b.scaler.mean],
    ["std", a.scaler.std, b.scaler.std],
    ["constant columns", a.scaler.constantColumns, b.scaler.constantColumns],
    ["components", a.pca.components, b.pca.components],
    ["eigenvalues", a.pca.eigenvalues, b.pca.eigenvalues],
    ["explained variance", a.pca.explainedVarianceRatio, b.pca.explainedVarianceRatio],
  ];
  return pairs.filter(([, x, y]) => !equal(x, y)).map(([name]) => name);
}

function equal(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return a.length === b.length && Array.prototype.every.call(a, (value, i) => value === b[i]);
}

function fromFile(file: ModelFile): Model {
  const { count, mean, std, constantColumns, dimension, loadings, eigenvalues, explainedVariance } = file;
  let sum = 0;
  const pca: Pca = {
    dimension,
    k: file.components,
    components: loadings,
    eigenvalues,
    explainedVarianceRatio: explainedVariance,
    cumulative: explainedVariance.map((share) => (sum += share)),
    totalVariance: dimension - constantColumns.length,
    rank: file.rank,
    warnings: file.warnings,
  };
  return { scaler: { count, mean, std, constantColumns }, pca };
}

async function readJson(out: ObjectStore, key: string): Promise<unknown> {
  const bytes = await out.get(key);
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch (cause) {
    throw new Error(`${key} is no JSON`, { cause });
  }
}
