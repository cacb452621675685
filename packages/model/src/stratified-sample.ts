import { seededRandom } from "@pomona/stats";

/**
 * Chooses `size` of all rows, of each label its share (at least one), when the rows come one after the other and only
 * the number of each label is known before: Knuth's algorithm S (The Art of Computer Programming 2, 3.4.2), label by
 * label. The same rows in the same order give the same choice.
 */
export class StratifiedSample {
  readonly #left: Map<string, { rows: number; wanted: number }>;
  readonly #random: () => number;

  constructor(counts: ReadonlyMap<string, number>, size: number, seed = 0) {
    const quotas = shares(counts, size);
    this.#left = new Map(Array.from(counts, ([label, rows]) => [label, { rows, wanted: quotas.get(label) ?? 0 }]));
    this.#random = seededRandom(seed);
  }

  /** Whether the next row, which has this label, is chosen. */
  takes(label: string): boolean {
    const left = this.#left.get(label);
    if (left === undefined || left.rows === 0) return false;
    const takes = this.#random() * left.rows < left.wanted;
    left.rows -= 1;
    if (takes) left.wanted -= 1;
    return takes;
  }
}

/** How many of each label: its share of `size`, rounded by the largest remainders, at least 1; all where they fit. */
export function shares(counts: ReadonlyMap<string, number>, size: number): Map<string, number> {
  const labels = [...counts.keys()];
  const total = labels.reduce((sum, label) => sum + (counts.get(label) ?? 0), 0);
  if (total <= size) return new Map(counts);
  const exact = (label: string): number => ((counts.get(label) ?? 0) * size) / total;
  const quotas = new Map(labels.map((label) => [label, Math.max(1, Math.floor(exact(label)))]));
  let rest = size - [...quotas.values()].reduce((sum, quota) => sum + quota, 0);
  const byRemainder = labels.map((label) => ({ label, remainder: exact(label) % 1 }));
  byRemainder.sort((a, b) => b.remainder - a.remainder || (a.label < b.label ? -1 : 1));
  for (const { label } of byRemainder) {
    const quota = quotas.get(label) ?? 0;
    if (rest <= 0 || quota >= (counts.get(label) ?? 0)) continue;
    quotas.set(label, quota + 1);
    rest -= 1;
  }
  // The one row of each rare label is taken from the frequent ones.
  for (; rest < 0; rest++) {
    const largest = labels.reduce((a, b) => ((quotas.get(b) ?? 0) > (quotas.get(a) ?? 0) ? b : a));
    if ((quotas.get(largest) ?? 0) <= 1) break;
    quotas.set(largest, (quotas.get(largest) ?? 0) - 1);
  }
  return quotas;
}
