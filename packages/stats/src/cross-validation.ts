import type { Folds } from "./grouped-folds.ts";

export interface CrossValidateOptions {
  /** `[n]`, number of the class of each row. */
  readonly labels: ArrayLike<number>;
  readonly classes: number;
  readonly folds: Pick<Folds, "fold" | "count">;
  /** Trains with the rows `train` and answers with the class of each of the rows `test`. */
  readonly classify: (train: Int32Array, test: Int32Array) => Promise<ArrayLike<number>> | ArrayLike<number>;
}

/** What a classifier made of rows that it was not trained with. */
export interface Validated {
  readonly rows: number;
  readonly correct: number;
  /** correct / rows */
  readonly accuracy: number;
  /** c × c: rows of class i (row) taken for class j (column). */
  readonly confusion: Int32Array;
  /** `[n]` */
  readonly predicted: Int32Array;
}

/** Tests every row once, with a classifier trained without its fold. Throws RangeError for fewer than two folds. */
export async function crossValidate({ labels, classes, folds, classify }: CrossValidateOptions): Promise<Validated> {
  const { fold, count } = folds;
  requireFolds(count);
  const predicted = new Int32Array(labels.length);
  for (let tested = 0; tested < count; tested++) {
    const train = fold.map((_, row) => row).filter((row) => fold[row] !== tested);
    const test = fold.map((_, row) => row).filter((row) => fold[row] === tested);
    if (train.length === 0 || test.length === 0) continue;
    const answers = await classify(train, test);
    for (let i = 0; i < test.length; i++) predicted[test[i]] = answers[i];
  }
  return score(labels, predicted, classes);
}

export function requireFolds(count: number): void {
  if (count < 2) throw new RangeError("cross-validation: a label needs at least two rows, and there are none such");
}

/** Compares predictions with the truth. */
export function score(labels: ArrayLike<number>, predicted: Int32Array, classes: number): Validated {
  const confusion = new Int32Array(classes * classes);
  for (let row = 0; row < labels.length; row++) confusion[labels[row] * classes + predicted[row]] += 1;
  let correct = 0;
  for (let c = 0; c < classes; c++) correct += confusion[c * classes + c];
  const rows = labels.length;
  return { rows, correct, accuracy: rows === 0 ? Number.NaN : correct / rows, confusion, predicted };
}

/** The rows `picked` of an n × d matrix, as doubles. */
export function pickRows(rows: ArrayLike<number>, d: number, picked: ArrayLike<number>): Float64Array {
  const result = new Float64Array(picked.length * d);
  for (let i = 0; i < picked.length; i++) {
    const [from, to] = [picked[i] * d, (picked[i] + 1) * d];
    result.set(isTyped(rows) ? rows.subarray(from, to) : Array.prototype.slice.call(rows, from, to), i * d);
  }
  return result;
}

function isTyped(rows: ArrayLike<number>): rows is Float32Array | Float64Array {
  return rows instanceof Float64Array || rows instanceof Float32Array;
}
