import { seededRandom } from "./seeded-random.ts";

export interface GroupedFoldsOptions {
  /** `[n]`, number of the class of each row. */
  readonly labels: ArrayLike<number>;
  /** `[n]`, rows of the same group are never parted; undefined where nothing is known. A group has one label. */
  readonly groups: readonly (string | undefined)[];
  /** At most this many; default 5. */
  readonly folds?: number;
  readonly seed?: number;
}

export interface Folds {
  /** `[n]`, the fold in which a row is tested: 0 ≤ fold < count. */
  readonly fold: Int32Array;
  /** At least 2, unless no label has two rows: then 1, and nothing can be validated. */
  readonly count: number;
  /** Labels whose rows were split by their groups. */
  readonly groupedLabels: number;
  /** Labels of a single group, or of none, whose rows were split one by one. */
  readonly splitLabels: number;
}

/**
 * Folds for cross-validation. Within each label whole groups go to the folds in turn, in seeded order, so every label
 * with two groups or more is always trained and tested with different ones. A label that has one group only cannot be
 * validated so: its rows are split one by one.
 */
export function groupedFolds({ labels, groups, folds = 5, seed = 0 }: GroupedFoldsOptions): Folds {
  const units = unitsByLabel(labels, groups);
  const most = Math.max(0, ...Array.from(units.values(), ({ groups: parts }) => parts.length));
  const count = Math.max(1, Math.min(folds, most));
  const fold = new Int32Array(labels.length);
  const random = seededRandom(seed);
  let start = 0;
  let groupedLabels = 0;
  for (const label of [...units.keys()].sort((a, b) => a - b)) {
    const unit = units.get(label);
    if (unit === undefined) continue;
    if (unit.isGrouped) groupedLabels += 1;
    for (const rows of shuffled(unit.groups, random)) {
      for (const row of rows) fold[row] = start % count;
      start += 1;
    }
  }
  return { fold, count, groupedLabels, splitLabels: units.size - groupedLabels };
}

interface Unit {
  /** Rows that stay together. */
  readonly groups: readonly (readonly number[])[];
  readonly isGrouped: boolean;
}

function unitsByLabel(labels: ArrayLike<number>, groups: readonly (string | undefined)[]): Map<number, Unit> {
  const byLabel = new Map<number, Map<string, number[]>>();
  for (let row = 0; row < labels.length; row++) {
    const known = byLabel.get(labels[row]) ?? new Map<string, number[]>();
    byLabel.set(labels[row], known);
    const group = groups[row];
    // A row of which nothing is known is a group by itself; no name of a group holds a NUL.
    const name = group ?? `\0${row}`;
    const rows = known.get(name) ?? [];
    known.set(name, rows);
    rows.push(row);
  }
  return new Map(
    Array.from(byLabel, ([label, known]) => {
      const parts = [...known.values()];
      const rows = parts.reduce((sum, part) => sum + part.length, 0);
      if (parts.length > 1) return [label, { groups: parts, isGrouped: parts.length < rows }];
      return [label, { groups: parts.flat().map((row) => [row]), isGrouped: false }];
    }),
  );
}

/** Fisher–Yates. */
function shuffled<T>(values: readonly T[], random: () => number): T[] {
  const result = [...values];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}
