import {
  type Classification,
  checkLabelledRows,
  classificationOf,
  type LabelledRows,
  softmaxRow,
  softmaxRows,
} from "./classification.ts";
import { type Evaluation, minimise } from "./minimise.ts";
import { createTypescriptRowProducts, type RowProducts } from "./row-products.ts";

/** A linear model of the logarithm of each class's probability. */
export interface LogisticRegression {
  readonly classes: number;
  readonly dimension: number;
  /** c × d; 0 for a class without rows. */
  readonly coefficients: Float64Array;
  /** `[c]`; −∞ for a class without rows. */
  readonly intercepts: Float64Array;
  readonly iterations: number;
  readonly converged: boolean;
}

export interface LogisticFitOptions {
  /** Inverse strength of the penalty, as in scikit-learn; default 1. */
  readonly c?: number;
  /** Ends where no part of the gradient of the mean loss is larger; default 1e-5. */
  readonly gradientTolerance?: number;
  /** Default 200. */
  readonly maxIterations?: number;
}

export interface LogisticRegressionOptions extends LogisticFitOptions {
  /** How products with the rows are made; default in plain loops. They are released at the end. */
  readonly openProducts?: (rows: ArrayLike<number>, dimension: number) => Promise<RowProducts> | RowProducts;
}

/** Rows that are known by their products. */
export interface LogisticFit {
  readonly products: RowProducts;
  /** `[n]`, numbers of classes; −1 of a row that is left out. */
  readonly labels: ArrayLike<number>;
  /** c */
  readonly classes: number;
}

/**
 * Multinomial logistic regression: minimises C·Σ cross-entropy + ½·Σ coefficients², intercepts free, as scikit-learn's
 * LogisticRegression does for three classes or more. (For two, scikit-learn has one weight vector instead of two and so
 * half the penalty.) Classes without rows are left out and never predicted.
 */
export async function fitLogisticRegression(
  training: LabelledRows,
  { openProducts = createTypescriptRowProducts, ...options }: LogisticRegressionOptions = {},
): Promise<LogisticRegression> {
  checkLabelledRows(training);
  const { rows, dimension, labels, classes } = training;
  const products = await openProducts(rows, dimension);
  try {
    return await fitLogisticProducts({ products, labels, classes }, options);
  } finally {
    await products.release();
  }
}

/** The same, of some of the rows behind `products`. */
export async function fitLogisticProducts(
  { products, labels, classes }: LogisticFit,
  { c: inversePenalty = 1, gradientTolerance = 1e-5, maxIterations = 200 }: LogisticFitOptions = {},
): Promise<LogisticRegression> {
  const { dimension: d } = products;
  const present = [...new Set(Array.from(labels))].filter((label) => label >= 0).sort((a, b) => a - b);
  if (present.length === 0) throw new RangeError("logistic regression: there are no rows");
  const place = new Map(present.map((label, i) => [label, i]));
  const targets = Int32Array.from(labels, (label) => place.get(label) ?? leftOut);
  const rows = targets.reduce((sum, target) => (target === leftOut ? sum : sum + 1), 0);
  const { point, iterations, converged } = await minimise({
    start: new Float64Array(present.length * (d + 1)),
    evaluate: (weights) => evaluateLoss({ products, targets, rows, classes: present.length, inversePenalty }, weights),
    gradientTolerance,
    maxIterations,
  });
  const coefficients = new Float64Array(classes * d);
  const intercepts = new Float64Array(classes).fill(Number.NEGATIVE_INFINITY);
  for (const [i, label] of present.entries()) {
    coefficients.set(point.subarray(i * d, (i + 1) * d), label * d);
    intercepts[label] = point[present.length * d + i];
  }
  return { classes, dimension: d, coefficients, intercepts, iterations, converged };
}

const leftOut = -1;

interface Loss {
  readonly products: RowProducts;
  /** `[n]`, numbers of classes that are present, or {@link leftOut}. */
  readonly targets: Int32Array;
  /** That are not left out. */
  readonly rows: number;
  readonly classes: number;
  readonly inversePenalty: number;
}

/** Mean cross-entropy and penalty / (n·C), with their gradient. @param weights c × d coefficients, then c intercepts */
async function evaluateLoss(
  { products, targets, rows, classes, inversePenalty }: Loss,
  weights: Float64Array,
): Promise<Evaluation> {
  const { dimension: d } = products;
  const size = classes * d;
  const coefficients = weights.subarray(0, size);
  const residuals = await products.withWeights(coefficients, classes);
  const gradient = new Float64Array(weights.length);
  const penalty = 1 / (rows * inversePenalty);
  let value = 0;
  for (let row = 0, first = 0; row < targets.length; row++, first += classes) {
    const target = targets[row];
    if (target === leftOut) {
      residuals.fill(0, first, first + classes);
      continue;
    }
    for (let c = 0; c < classes; c++) residuals[first + c] += weights[size + c];
    value -= residuals[first + target];
    value += softmaxRow(residuals, first, classes);
    residuals[first + target] -= 1;
    for (let c = 0; c < classes; c++) gradient[size + c] += residuals[first + c] / rows;
  }
  value /= rows;
  const sums = await products.withResiduals(residuals, classes);
  for (let j = 0; j < size; j++) {
    gradient[j] = sums[j] / rows + penalty * coefficients[j];
    value += 0.5 * penalty * coefficients[j] * coefficients[j];
  }
  return { value, gradient };
}

/** Rows in plain loops; of many rows {@link classifyProducts} is faster. */
export function classifyByLogisticRegression(model: LogisticRegression, queries: ArrayLike<number>): Classification {
  const { classes, dimension: d, coefficients } = model;
  const n = queries.length / d;
  const logits = new Float64Array(n * classes);
  for (let row = 0; row < n; row++) {
    for (let c = 0; c < classes; c++) {
      let sum = 0;
      for (let j = 0; j < d; j++) sum += queries[row * d + j] * coefficients[c * d + j];
      logits[row * classes + c] = sum;
    }
  }
  return classificationOfLogits(logits, model);
}

/** The rows behind `products`. */
export async function classifyProducts(model: LogisticRegression, products: RowProducts): Promise<Classification> {
  return classificationOfLogits(await products.withWeights(model.coefficients, model.classes), model);
}

function classificationOfLogits(logits: Float64Array, { classes, intercepts }: LogisticRegression): Classification {
  for (let at = 0; at < logits.length; at++) logits[at] += intercepts[at % classes];
  return classificationOf(softmaxRows(logits, classes), classes);
}
