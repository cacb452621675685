import { createHash } from "node:crypto";
import {
  type BundleFile,
  compareKeys,
  encodeJson,
  type Fingerprint,
  type ObjectStore,
  outputLayout,
} from "@pomona/core";
import {
  CentroidAccumulator,
  defaultNeighbours,
  type Pca,
  pcaToMlPcaJson,
  type Scaler,
  scalerToJson,
} from "@pomona/stats";
import { bundleNames } from "./bundle.ts";
import { bundleReadme } from "./bundle-readme.ts";
import { centroidsToJson, classifiersToJson, encodeNumbers, logisticToJson } from "./classifier-files.ts";
import { compareClassifiers, maxClasses, type TrainingRows, trainLogisticRegression } from "./compare-classifiers.ts";
import { encodeReferenceSet } from "./reference-set.ts";
import { StratifiedSample } from "./stratified-sample.ts";
import { type TableFile, tableRows } from "./table-rows.ts";

export interface BuildBundleOptions {
  readonly store: ObjectStore;
  /** The table, in its order. */
  readonly files: readonly TableFile[];
  /** Rows of each label. */
  readonly labels: ReadonlyMap<string, number>;
  readonly scaler: Scaler;
  readonly pca: Pca;
  readonly fingerprint: Fingerprint;
  readonly preparation: BundleFile["preparation"];
  readonly labelFrom?: string | undefined;
}

/** Rows that classifiers are trained with, and that new images are compared with. */
export const referenceRows = 20_000;
/** Of those, the rows that classifiers are compared on. */
export const comparedRows = 5_000;

/**
 * The files of `model/` by name, from a finished table: it is read once, a row group at a time, so memory is that of the
 * reference set (125 MB of 20,000 × 1280 features) however long the table is. The same rows give the same bytes.
 */
export async function buildBundle(options: BuildBundleOptions): Promise<Map<string, Uint8Array>> {
  const { scaler, pca, fingerprint, preparation, labelFrom } = options;
  const classes = [...options.labels.keys()].sort(compareKeys);
  const { rows, centroids } = await gather(options, classes);
  const comparison = await compareClassifiers(comparedSample(rows, classes));
  const { labels, classes: count, scaledFeatures, pcaFeatures } = rows;
  const of = Array.from(options.labels.values()).reduce((sum, n) => sum + n, 0);
  const files = new Map<string, Uint8Array>([
    [bundleNames.scaler, encodeNumbers(scalerToJson(scaler))],
    [bundleNames.pca, encodeNumbers(pcaToMlPcaJson(pca))],
    [bundleNames.classes, encodeJson({ name: "pomona.classes", version: 1, classes })],
    [bundleNames.fingerprint, encodeJson(fingerprint)],
    [bundleNames.centroids, encodeNumbers(centroidsToJson(centroids))],
    [
      bundleNames.reference,
      encodeReferenceSet({ paths: rows.paths, labels: namesOf(labels, classes), pcaFeatures, components: pca.k, of }),
    ],
    [bundleNames.classifiers, encodeJson(classifiersToJson({ k: defaultNeighbours, comparison }))],
    [
      bundleNames.readme,
      Buffer.from(bundleReadme({ dimension: pca.dimension, components: pca.k, k: defaultNeighbours })),
    ],
  ]);
  if (classes.length <= maxClasses) {
    const training = { rows: scaledFeatures, dimension: pca.dimension, labels, classes: count };
    files.set(bundleNames.logistic, encodeNumbers(logisticToJson(await trainLogisticRegression(training))));
  }
  const file: BundleFile = {
    name: "pomona.bundle",
    version: 1,
    dimension: pca.dimension,
    components: pca.k,
    preparation,
    ...(labelFrom !== undefined && { labelFrom }),
    files: [...files].map(([name, bytes]) => ({ name, bytes: bytes.byteLength, sha256: sha256(bytes) })),
  };
  return files.set(bundleNames.bundle, encodeJson(file));
}

/** Preparation of a run's photos, as far as it must be the same again. */
export function preparationOf({
  resampler,
  filter,
  exifRotate,
  maxPixels,
  maxBytes,
}: BundleFile["preparation"]): BundleFile["preparation"] {
  return { resampler, filter, exifRotate, maxPixels, maxBytes };
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Where a file of the bundle is published. */
export function bundleKey(name: string): string {
  return outputLayout.modelFile(name);
}

/** One pass over the table: the centroids of all its rows, and the rows of the reference set. */
async function gather({ store, files, labels: counts, pca }: BuildBundleOptions, classes: readonly string[]) {
  const numberOf = new Map(classes.map((label, i) => [label, i]));
  const sample = new StratifiedSample(counts, referenceRows);
  const total = Array.from(counts.values()).reduce((sum, n) => sum + n, 0);
  const room = Math.min(total, Math.max(referenceRows, classes.length));
  const paths: string[] = [];
  const labels: number[] = [];
  const pcaFeatures = new Float64Array(room * pca.k);
  const scaledFeatures = new Float32Array(room * pca.dimension);
  const centroids = new CentroidAccumulator(classes.length, pca.k);
  for await (const group of tableRows(store, files)) {
    const numbers = group.labels.map((label) => numberOf.get(label) ?? -1);
    centroids.add({ rows: group.pcaFeatures, labels: numbers });
    for (const [row, label] of group.labels.entries()) {
      if (!sample.takes(label)) continue;
      const at = paths.length;
      paths.push(group.paths[row] ?? "");
      labels.push(numbers[row] ?? 0);
      pcaFeatures.set(group.pcaFeatures.subarray(row * pca.k, (row + 1) * pca.k), at * pca.k);
      scaledFeatures.set(
        group.scaledFeatures.subarray(row * pca.dimension, (row + 1) * pca.dimension),
        at * pca.dimension,
      );
    }
  }
  const rows: TrainingRows = {
    paths,
    labels: Int32Array.from(labels),
    classes: classes.length,
    pcaFeatures: pcaFeatures.subarray(0, paths.length * pca.k),
    scaledFeatures: scaledFeatures.subarray(0, paths.length * pca.dimension),
  };
  return { rows, centroids: centroids.finish() };
}

function comparedSample(rows: TrainingRows, classes: readonly string[]): TrainingRows {
  if (rows.paths.length <= comparedRows) return rows;
  const names = namesOf(rows.labels, classes);
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const sample = new StratifiedSample(counts, comparedRows);
  const chosen = names.flatMap((name, row) => (sample.takes(name) ? [row] : []));
  const [k, d] = [rows.pcaFeatures.length, rows.scaledFeatures.length].map((all) => all / rows.paths.length);
  const pcaFeatures = new Float64Array(chosen.length * (k ?? 0));
  const scaledFeatures = new Float32Array(chosen.length * (d ?? 0));
  for (const [at, row] of chosen.entries()) {
    pcaFeatures.set(rows.pcaFeatures.subarray(row * (k ?? 0), (row + 1) * (k ?? 0)), at * (k ?? 0));
    scaledFeatures.set(rows.scaledFeatures.subarray(row * (d ?? 0), (row + 1) * (d ?? 0)), at * (d ?? 0));
  }
  return {
    ...rows,
    paths: chosen.map((row) => rows.paths[row] ?? ""),
    labels: Int32Array.from(chosen, (row) => rows.labels[row] ?? 0),
    pcaFeatures,
    scaledFeatures,
  };
}

function namesOf(labels: Int32Array, classes: readonly string[]): string[] {
  return Array.from(labels, (label) => classes[label] ?? "");
}
