/** Rows with a known class. */
export interface LabelledRows {
  /** n × d, row-major. */
  readonly rows: ArrayLike<number>;
  /** d */
  readonly dimension: number;
  /** `[n]`, numbers of classes: 0 ≤ label < classes. Classes are numbered in the order in which ties are decided. */
  readonly labels: ArrayLike<number>;
  /** c */
  readonly classes: number;
}

/** What a classifier says of n rows. */
export interface Classification {
  /** `[n]`, the most probable class of each row; of equally probable ones the smallest. */
  readonly labels: Int32Array;
  /** n × c; each row adds up to 1. */
  readonly probabilities: Float64Array;
}

/** The most probable class of each of n rows; of equally probable ones the smallest. */
export function classificationOf(probabilities: Float64Array, classes: number): Classification {
  const labels = Int32Array.from({ length: probabilities.length / classes }, (_, row) => {
    let best = 0;
    for (let c = 1; c < classes; c++) {
      if (probabilities[row * classes + c] > probabilities[row * classes + best]) best = c;
    }
    return best;
  });
  return { labels, probabilities };
}

/** Replaces each row of n × c logarithms of weights by its softmax. */
export function softmaxRows(logits: Float64Array, classes: number): Float64Array {
  for (let first = 0; first < logits.length; first += classes) softmaxRow(logits, first, classes);
  return logits;
}

/** The same of the c logarithms from `first` on; returns the logarithm of the sum of the weights. */
export function softmaxRow(logits: Float64Array, first: number, classes: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let at = first; at < first + classes; at++) largest = Math.max(largest, logits[at]);
  let sum = 0;
  for (let at = first; at < first + classes; at++) {
    logits[at] = Math.exp(logits[at] - largest);
    sum += logits[at];
  }
  for (let at = first; at < first + classes; at++) logits[at] /= sum;
  return largest + Math.log(sum);
}

/** Throws RangeError where rows and labels do not belong together. */
export function checkLabelledRows({ rows, dimension, labels, classes }: LabelledRows): void {
  if (rows.length !== labels.length * dimension) {
    throw new RangeError(`classifier: ${rows.length} values are not ${labels.length} rows of ${dimension}`);
  }
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] >= 0 && labels[i] < classes) continue;
    throw new RangeError(`classifier: label ${labels[i]} of row ${i} is none of ${classes} classes`);
  }
}
