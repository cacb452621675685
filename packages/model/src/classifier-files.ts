import { PomonaError } from "@pomona/core";
import type { Centroids, LogisticRegression } from "@pomona/stats";
import { type ClassifierName, type Comparison, classifierNames } from "./comparison.ts";

/** Without indentation: these are up to a million numbers. JSON of a double is its shortest exact form. */
export function encodeNumbers(value: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}

/** `centroids.json`: the mean of each class in PCA space, in the order of classes.json. */
export function centroidsToJson({ classes, dimension, centroids, counts, variance }: Centroids) {
  return {
    name: "pomona.centroids",
    version: 1,
    input: "pcaFeatures",
    variance,
    counts: Array.from(counts),
    centroids: rowsOf(centroids, classes, dimension),
  };
}

export function centroidsFromJson(json: unknown, key: string): Centroids {
  const { counts, centroids, variance } = check<ReturnType<typeof centroidsToJson>>(json, "pomona.centroids", key);
  const dimension = centroids[0]?.length ?? 0;
  return { classes: counts.length, dimension, centroids: flat(centroids), counts: Float64Array.from(counts), variance };
}

/** `logistic.json`: P(class) ∝ exp(coefficients · scaledFeatures + intercept), in the order of classes.json. */
export function logisticToJson({
  classes,
  dimension,
  coefficients,
  intercepts,
  iterations,
  converged,
}: LogisticRegression) {
  return {
    name: "pomona.logistic",
    version: 1,
    input: "scaledFeatures",
    iterations,
    converged,
    // A class without rows has none; JSON has no −∞.
    intercepts: Array.from(intercepts, (value) => (Number.isFinite(value) ? value : null)),
    coefficients: rowsOf(coefficients, classes, dimension),
  };
}

export function logisticFromJson(json: unknown, key: string): LogisticRegression {
  const file = check<ReturnType<typeof logisticToJson>>(json, "pomona.logistic", key);
  const { iterations, converged, coefficients } = file;
  return {
    classes: coefficients.length,
    dimension: coefficients[0]?.length ?? 0,
    coefficients: flat(coefficients),
    intercepts: Float64Array.from(file.intercepts, (value) => value ?? Number.NEGATIVE_INFINITY),
    iterations,
    converged,
  };
}

export interface ClassifiersFile {
  /** Neighbours that vote. */
  readonly k: number;
  readonly comparison: Comparison;
}

/** `classifiers.json`: which one is used, and how each did in cross-validation. */
export function classifiersToJson({ k, comparison }: ClassifiersFile) {
  return { name: "pomona.classifiers", version: 1, k, ...comparison };
}

export function classifiersFromJson(json: unknown, key: string): Comparison {
  const { rows, folds, labelsBySeries, best, skipped, results } = check<ReturnType<typeof classifiersToJson>>(
    json,
    "pomona.classifiers",
    key,
  );
  if (!isClassifier(best)) throw unreadable(key, `it chooses ${best}, which is no classifier`);
  return { rows, folds, labelsBySeries, best, results, ...(skipped !== undefined && { skipped }) };
}

export function isClassifier(name: string): name is ClassifierName {
  return classifierNames.some((known) => known === name);
}

/** Throws {@link PomonaError} `unreadable-model` where it is another file or version. */
export function check<T>(json: unknown, name: string, key: string): T {
  const found = (json ?? {}) as { name?: unknown; version?: unknown };
  if (found.name === name && found.version === 1) return json as T;
  throw unreadable(key, `expected ${name} version 1, got ${String(found.name)} version ${String(found.version)}`);
}

export function unreadable(key: string, why: string): PomonaError {
  return new PomonaError("unreadable-model", `${key} is unusable: ${why}`, {
    remedy: "Use the version of Pomona that wrote it, or make the result anew.",
  });
}

function rowsOf(values: Float64Array, rows: number, columns: number): number[][] {
  return Array.from({ length: rows }, (_, row) => Array.from(values.subarray(row * columns, (row + 1) * columns)));
}

function flat(rows: readonly (readonly number[])[]): Float64Array {
  return Float64Array.from(rows.flat());
}
