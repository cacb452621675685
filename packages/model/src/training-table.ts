import { compareKeys } from "@pomona/core";
import { CentroidAccumulator, type Centroids } from "@pomona/stats";
import type { TrainingRows } from "./compare-classifiers.ts";
import { StratifiedSample } from "./stratified-sample.ts";
import type { GroupRows } from "./table-rows.ts";

/** The rows of a table to train with, wherever they are. */
export interface TrainingTable {
  /** All of them in the table's order, some at a time. */
  readonly groups: () => AsyncIterable<GroupRows> | Iterable<GroupRows>;
  /** Rows of each label. */
  readonly labels: ReadonlyMap<string, number>;
  /** Length of `features`. */
  readonly dimension: number;
  /** Length of `pcaFeatures`. */
  readonly components: number;
}

/** Rows that classifiers are trained with, and that new images are compared with. */
export const referenceRows = 20_000;
/** Rows that classifiers are compared on. */
export const comparedRows = 5_000;

export interface Gathered {
  readonly rows: TrainingRows;
  /** Of all rows of the table. */
  readonly centroids: Centroids;
}

/** Labels in the order of their numbers: that of their bytes. */
export function classesOf({ labels }: Pick<TrainingTable, "labels">): string[] {
  return [...labels.keys()].sort(compareKeys);
}

export function rowCount({ labels }: Pick<TrainingTable, "labels">): number {
  return Array.from(labels.values()).reduce((sum, rows) => sum + rows, 0);
}

/**
 * One pass over the table, a group of rows at a time: the centroids of all its rows, and a sample of about `limit` of them,
 * with every label in it. Memory is that of the sample (125 MB of 20,000 × 1280 features) however long the table is.
 */
export async function gatherRows(table: TrainingTable, limit: number): Promise<Gathered> {
  const { groups, labels: counts, dimension: d, components: k } = table;
  const classes = classesOf(table);
  const numberOf = new Map(classes.map((label, i) => [label, i]));
  const sample = new StratifiedSample(counts, limit);
  const room = Math.min(rowCount(table), Math.max(limit, classes.length));
  const paths: string[] = [];
  const labels: number[] = [];
  const pcaFeatures = new Float64Array(room * k);
  const scaledFeatures = new Float32Array(room * d);
  const centroids = new CentroidAccumulator(classes.length, k);
  for await (const group of groups()) {
    const numbers = group.labels.map((label) => numberOf.get(label) ?? -1);
    centroids.add({ rows: group.pcaFeatures, labels: numbers });
    for (const [row, label] of group.labels.entries()) {
      if (!sample.takes(label)) continue;
      const at = paths.length;
      paths.push(group.paths[row] ?? "");
      labels.push(numbers[row] ?? 0);
      pcaFeatures.set(group.pcaFeatures.subarray(row * k, (row + 1) * k), at * k);
      scaledFeatures.set(group.scaledFeatures.subarray(row * d, (row + 1) * d), at * d);
    }
  }
  const rows: TrainingRows = {
    paths,
    labels: Int32Array.from(labels),
    classes: classes.length,
    pcaFeatures: pcaFeatures.subarray(0, paths.length * k),
    scaledFeatures: scaledFeatures.subarray(0, paths.length * d),
  };
  return { rows, centroids: centroids.finish() };
}
