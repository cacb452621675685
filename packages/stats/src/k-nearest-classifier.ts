import { type Classification, checkLabelledRows, classificationOf, type LabelledRows } from "./classification.ts";
import { type Neighbours, nearestNeighbours } from "./nearest-neighbours.ts";

/** Neighbours that vote, as scikit-learn's default. */
export const defaultNeighbours = 5;

export interface KNearestOptions {
  readonly reference: LabelledRows;
  /** q × d */
  readonly queries: ArrayLike<number>;
  /** Default {@link defaultNeighbours}. */
  readonly k?: number;
  readonly isExcluded?: (query: number, reference: number) => boolean;
}

/**
 * Majority of the k nearest rows (Euclidean), each with one vote; of classes with as many votes the smallest. That is
 * scikit-learn's KNeighborsClassifier, but for rows that are exactly as far away as the k-th neighbour.
 * The probability of a class is its share of the votes.
 */
export function classifyByNeighbours({
  reference,
  queries,
  k = defaultNeighbours,
  isExcluded,
}: KNearestOptions): Classification {
  checkLabelledRows(reference);
  const { rows, dimension, labels, classes } = reference;
  const probabilities = new Float64Array((queries.length / dimension) * classes);
  let query = 0;
  for (const neighbours of nearestNeighbours({
    reference: rows,
    queries,
    dimension,
    count: k,
    ...(isExcluded && { isExcluded }),
  })) {
    probabilities.set(sharesOfVotes(neighbours, labels, classes), query * classes);
    query += 1;
  }
  return classificationOf(probabilities, classes);
}

/** `[c]`, the share of the neighbours in each class. */
export function sharesOfVotes({ indices }: Neighbours, labels: ArrayLike<number>, classes: number): Float64Array {
  const shares = new Float64Array(classes);
  for (const index of indices) shares[labels[index]] += 1;
  return shares.map((votes) => votes / indices.length);
}
