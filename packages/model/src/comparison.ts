/** In the order in which ties are decided. */
export const classifierNames = ["knn", "centroid", "logistic"] as const;
export type ClassifierName = (typeof classifierNames)[number];

/** How classifiers did with images that they were not trained with. */
export interface Comparison {
  /** Images that were tested: a seeded sample of the table, stratified by label. */
  readonly rows: number;
  readonly folds: number;
  /** Labels whose photo series were kept together; those of the others were split image by image. */
  readonly labelsBySeries: number;
  readonly best: ClassifierName;
  /** Why nothing was compared. */
  readonly skipped?: string;
  readonly results: Partial<Record<ClassifierName, ComparisonResult>>;
}

export interface ComparisonResult {
  readonly accuracy: number;
  readonly correct: number;
  /** `[class, class that it was taken for, images]`, numbers of classes.json; pairs that did not occur are left out. */
  readonly confusion: readonly (readonly [number, number, number])[];
}
