import { photoSeries } from "@pomona/core";
import {
  classifyByCentroids,
  classifyByNeighbours,
  classifyProducts,
  createOnnxruntimeRowProducts,
  crossValidate,
  fitCentroids,
  fitLogisticRegression,
  groupedFolds,
  type LabelledRows,
  type LogisticRegression,
  pickRows,
  type RowProducts,
} from "@pomona/stats";
import { type ClassifierName, type Comparison, classifierNames } from "./comparison.ts";

/** Rows of a table with both vectors that classifiers are trained by. */
export interface TrainingRows {
  readonly paths: readonly string[];
  /** `[n]`, numbers of classes. */
  readonly labels: Int32Array;
  readonly classes: number;
  /** n × k */
  readonly pcaFeatures: Float64Array;
  /** n × d */
  readonly scaledFeatures: Float32Array;
}

/** Above this many classes their number decides what training costs, and nothing is compared. */
export const maxClasses = 1000;

/** As scikit-learn's default. */
const gradientTolerance = 1e-4;
const maxIterations = 100;

/** Multinomial logistic regression of standardised features. */
export function trainLogisticRegression(training: LabelledRows): Promise<LogisticRegression> {
  return fitLogisticRegression(training, { gradientTolerance, maxIterations, openProducts });
}

function openProducts(rows: ArrayLike<number>, dimension: number): Promise<RowProducts> {
  const isTyped = rows instanceof Float32Array || rows instanceof Float64Array;
  return createOnnxruntimeRowProducts(isTyped ? rows : Float64Array.from(rows), dimension);
}

/**
 * Cross-validates every classifier with the same folds, which part no photo series where names show one. The best is
 * the most accurate; of equal ones the first in the order of {@link classifierNames}. Labels are hidden from what tests
 * a row, but the scaler and the components have seen its features: they were fitted to all rows, without labels.
 */
export async function compareClassifiers(rows: TrainingRows): Promise<Comparison> {
  const { paths, labels, classes } = rows;
  const grouping = groupedFolds({ labels, groups: photoSeries(paths) });
  const folds = { rows: labels.length, folds: grouping.count, labelsBySeries: grouping.groupedLabels };
  if (grouping.count < 2) return { ...folds, best: "knn", skipped: "no label has two images", results: {} };
  if (classes > maxClasses) return { ...folds, best: "knn", skipped: `more than ${maxClasses} labels`, results: {} };

  const classify = classifiersOf(rows);
  const results: Comparison["results"] = {};
  for (const name of classifierNames) {
    const { accuracy, correct, confusion } = await crossValidate({
      labels,
      classes,
      folds: grouping,
      classify: classify[name],
    });
    results[name] = { accuracy, correct, confusion: sparse(confusion, classes) };
  }
  const accuracyOf = (name: ClassifierName): number => results[name]?.accuracy ?? 0;
  const best = classifierNames.reduce((a, b) => (accuracyOf(b) > accuracyOf(a) ? b : a));
  return { ...folds, best, results };
}

type Classify = (train: Int32Array, test: Int32Array) => Promise<Int32Array> | Int32Array;

function classifiersOf({
  labels,
  classes,
  pcaFeatures,
  scaledFeatures,
}: TrainingRows): Record<ClassifierName, Classify> {
  const k = pcaFeatures.length / labels.length;
  const d = scaledFeatures.length / labels.length;
  const training = (values: ArrayLike<number>, dimension: number, train: Int32Array): LabelledRows => ({
    rows: pickRows(values, dimension, train),
    dimension,
    labels: Int32Array.from(train, (row) => labels[row] ?? 0),
    classes,
  });
  return {
    knn: (train, test) =>
      classifyByNeighbours({ reference: training(pcaFeatures, k, train), queries: pickRows(pcaFeatures, k, test) })
        .labels,
    centroid: (train, test) =>
      classifyByCentroids(fitCentroids(training(pcaFeatures, k, train)), pickRows(pcaFeatures, k, test)).labels,
    async logistic(train, test) {
      const model = await trainLogisticRegression(training(scaledFeatures, d, train));
      const products = await openProducts(pickRows(scaledFeatures, d, test), d);
      try {
        return (await classifyProducts(model, products)).labels;
      } finally {
        await products.release();
      }
    },
  };
}

/** `[true class, taken for, rows]` of what happened at all. */
function sparse(confusion: Int32Array, classes: number): [number, number, number][] {
  const cells: [number, number, number][] = [];
  for (const [at, rows] of confusion.entries()) {
    if (rows > 0) cells.push([Math.floor(at / classes), at % classes, rows]);
  }
  return cells;
}
