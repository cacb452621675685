import { photoSeries } from "@pomona/core";
import {
  classifyByCentroids,
  classifyByNeighbours,
  createOnnxruntimeRowProducts,
  crossValidate,
  crossValidateLogistic,
  type Folds,
  fitCentroids,
  fitLogisticRegression,
  groupedFolds,
  type LabelledRows,
  type LogisticRegression,
  pickRows,
  type RowProducts,
  type Validated,
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

/** As scikit-learn's defaults. */
const logisticFit = { gradientTolerance: 1e-4, maxIterations: 100 };

/** Multinomial logistic regression of standardised features. */
export function trainLogisticRegression(training: LabelledRows): Promise<LogisticRegression> {
  return fitLogisticRegression(training, { ...logisticFit, openProducts });
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

  const validate = validations(rows, grouping);
  const results: Comparison["results"] = {};
  for (const name of classifierNames) {
    const { accuracy, correct, confusion } = await validate[name]();
    results[name] = { accuracy, correct, confusion: sparse(confusion, classes) };
  }
  const accuracyOf = (name: ClassifierName): number => results[name]?.accuracy ?? 0;
  const best = classifierNames.reduce((a, b) => (accuracyOf(b) > accuracyOf(a) ? b : a));
  return { ...folds, best, results };
}

function validations(
  { labels, classes, pcaFeatures, scaledFeatures }: TrainingRows,
  folds: Folds,
): Record<ClassifierName, () => Promise<Validated>> {
  const k = pcaFeatures.length / labels.length;
  const training = (train: Int32Array): LabelledRows => ({
    rows: pickRows(pcaFeatures, k, train),
    dimension: k,
    labels: Int32Array.from(train, (row) => labels[row] ?? 0),
    classes,
  });
  const common = { labels, classes, folds };
  return {
    knn: () =>
      crossValidate({
        ...common,
        classify: (train, test) =>
          classifyByNeighbours({ reference: training(train), queries: pickRows(pcaFeatures, k, test) }).labels,
      }),
    centroid: () =>
      crossValidate({
        ...common,
        classify: (train, test) =>
          classifyByCentroids(fitCentroids(training(train)), pickRows(pcaFeatures, k, test)).labels,
      }),
    async logistic() {
      const products = await openProducts(scaledFeatures, scaledFeatures.length / labels.length);
      try {
        return await crossValidateLogistic({ ...common, ...logisticFit, products });
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
