import {
  type Classification,
  checkLabelledRows,
  classificationOf,
  type LabelledRows,
  softmaxRows,
} from "./classification.ts";

/** One point a class, and how far rows lie from theirs. */
export interface Centroids {
  readonly classes: number;
  readonly dimension: number;
  /** c × d, the mean of each class; NaN for one without rows. */
  readonly centroids: Float64Array;
  /** `[c]` rows of each class. */
  readonly counts: Float64Array;
  /** Mean over the columns of the variance within the classes, with n − (classes that have rows) as its divisor. */
  readonly variance: number;
}

/** Adds rows up to {@link Centroids}, in one pass and in any number of calls; memory is two sums a class and column. */
export class CentroidAccumulator {
  readonly #dimension: number;
  readonly #classes: number;
  readonly #sums: Float64Array;
  readonly #counts: Float64Array;
  /** Per column, over all rows: Welford's running mean and sum of squared deviations. */
  readonly #mean: Float64Array;
  readonly #deviation: Float64Array;
  #rows = 0;

  constructor(classes: number, dimension: number) {
    this.#classes = classes;
    this.#dimension = dimension;
    this.#sums = new Float64Array(classes * dimension);
    this.#counts = new Float64Array(classes);
    this.#mean = new Float64Array(dimension);
    this.#deviation = new Float64Array(dimension);
  }

  add(labelled: Pick<LabelledRows, "rows" | "labels">): void {
    const { rows, labels } = labelled;
    const d = this.#dimension;
    checkLabelledRows({ ...labelled, dimension: d, classes: this.#classes });
    for (let row = 0; row < labels.length; row++) {
      const label = labels[row];
      this.#counts[label] += 1;
      this.#rows += 1;
      for (let j = 0; j < d; j++) {
        const x = rows[row * d + j];
        this.#sums[label * d + j] += x;
        const before = x - this.#mean[j];
        this.#mean[j] += before / this.#rows;
        this.#deviation[j] += before * (x - this.#mean[j]);
      }
    }
  }

  finish(): Centroids {
    const d = this.#dimension;
    const centroids = this.#sums.map((sum, at) => sum / this.#counts[Math.floor(at / d)]);
    // Total = within + between: the rows need not be seen a second time.
    let within = 0;
    let occupied = 0;
    for (let j = 0; j < d; j++) within += this.#deviation[j];
    for (let c = 0; c < this.#classes; c++) {
      if (this.#counts[c] === 0) continue;
      occupied += 1;
      for (let j = 0; j < d; j++) within -= this.#counts[c] * (centroids[c * d + j] - this.#mean[j]) ** 2;
    }
    const degrees = Math.max(1, this.#rows - occupied) * d;
    const counts = this.#counts.slice();
    return { classes: this.#classes, dimension: d, centroids, counts, variance: Math.max(0, within) / degrees };
  }
}

export function fitCentroids({ classes, dimension, ...labelled }: LabelledRows): Centroids {
  const accumulator = new CentroidAccumulator(classes, dimension);
  accumulator.add(labelled);
  return accumulator.finish();
}

/**
 * The class whose centroid is nearest (Euclidean), as scikit-learn's NearestCentroid. The probability of a class is that
 * of a normal distribution around its centroid, with the same variance in every class and direction and the classes
 * equally frequent: proportional to exp(−distance² / 2·variance).
 */
export function classifyByCentroids(model: Centroids, queries: ArrayLike<number>): Classification {
  const { classes, dimension: d, centroids, counts, variance } = model;
  const logits = new Float64Array((queries.length / d) * classes);
  // Rows that lie on their centroids leave no doubt.
  const scale = 2 * Math.max(variance, Number.MIN_VALUE * 2 ** 52);
  for (let at = 0; at < logits.length; at++) {
    const c = at % classes;
    logits[at] =
      counts[c] === 0 ? Number.NEGATIVE_INFINITY : -squareTo(queries, Math.floor(at / classes), centroids, c, d);
  }
  nearestFirst(logits, classes, scale);
  return classificationOf(softmaxRows(logits, classes), classes);
}

function squareTo(queries: ArrayLike<number>, row: number, centroids: Float64Array, c: number, d: number): number {
  let sum = 0;
  for (let j = 0; j < d; j++) sum += (queries[row * d + j] - centroids[c * d + j]) ** 2;
  return sum;
}

/** Differences to the nearest over the scale: finite for any variance. */
function nearestFirst(logits: Float64Array, classes: number, scale: number): void {
  for (let first = 0; first < logits.length; first += classes) {
    const row = logits.subarray(first, first + classes);
    const nearest = row.reduce((best, value) => Math.max(best, value), Number.NEGATIVE_INFINITY);
    for (let c = 0; c < classes; c++) row[c] = row[c] === nearest ? 0 : (row[c] - nearest) / scale;
  }
}
