import { encodeJson } from "@pomona/core";
import { bundleNames } from "./bundle.ts";
import { centroidsToJson, encodeNumbers, logisticToJson } from "./classifier-files.ts";
import { maxClasses, trainLogisticRegression } from "./compare-classifiers.ts";
import { encodeReferenceSet } from "./reference-set.ts";
import { classesOf, gatherRows, referenceRows, rowCount, type TrainingTable } from "./training-table.ts";

/**
 * The files of `model/` that classifiers are read from, by name, {@link lastTrained} last. The same rows give the same
 * bytes.
 */
export async function trainClassifiers(table: TrainingTable): Promise<Map<string, Uint8Array>> {
  const classes = classesOf(table);
  const { rows, centroids } = await gatherRows(table, referenceRows);
  const { paths, labels, pcaFeatures, scaledFeatures } = rows;
  const files = new Map<string, Uint8Array>([
    [bundleNames.classes, encodeJson({ name: "pomona.classes", version: 1, classes })],
    [bundleNames.centroids, encodeNumbers(centroidsToJson(centroids))],
  ]);
  if (classes.length <= maxClasses) {
    const training = { rows: scaledFeatures, dimension: table.dimension, labels, classes: classes.length };
    files.set(bundleNames.logistic, encodeNumbers(logisticToJson(await trainLogisticRegression(training))));
  }
  const reference = {
    paths,
    labels: Array.from(labels, (label) => classes[label] ?? ""),
    pcaFeatures,
    components: table.components,
    of: rowCount(table),
  };
  return files.set(lastTrained, encodeReferenceSet(reference));
}

/** Where this file is stored, all files of {@link trainClassifiers} are. */
export const lastTrained = bundleNames.reference;
