import { compareKeys } from "@pomona/core";
import { defaultNeighbours, nearestNeighbours, sharesOfVotes } from "@pomona/stats";
import { type LabelAccuracy, type Mistake, maxConfusionLabels, type NeighbourSummary } from "./report-data.ts";
import type { SampledRows } from "./survey-table.ts";

const maxMistakes = 24;
const maxConfused = 40;

/** The series of photos that each path belongs to; undefined where its name shows none. */
export type SeriesOf = (paths: readonly string[]) => readonly (string | undefined)[];

/**
 * Each row of the sample classified by the k nearest others in `pcaFeatures`, as scikit-learn's KNeighborsClassifier
 * would without that row. Frames of one series are nearly equal, so a row is also classified without them: that figure
 * is the honest one for a photo of a fruit that was never seen.
 */
export function summariseNeighbours(sample: SampledRows, seriesOf: SeriesOf): NeighbourSummary {
  const { paths } = sample;
  const labels = [...new Set(sample.labels)].sort(compareKeys);
  const numbers = new Map(labels.map((label, i) => [label, i]));
  const truth = Int32Array.from(sample.labels, (label) => numbers.get(label) ?? 0);
  const isTold = labels.length > 1;
  const others = classify(sample, truth, labels.length, (a, b) => a === b);
  const series = isTold ? seriesOfRows(sample, seriesOf) : undefined;
  const strangers =
    series &&
    classify(sample, truth, labels.length, (a, b) => a === b || (series[a] !== undefined && series[a] === series[b]));
  const correct = correctOf(truth, others.predicted);
  const isListed = labels.length <= maxConfusionLabels;
  return {
    k: defaultNeighbours,
    rows: paths.length,
    correct,
    accuracy: isTold ? correct / paths.length : null,
    labels: labels.slice(0, maxConfusionLabels),
    confusion: isListed ? confusionOf(truth, others.predicted, labels.length) : null,
    byLabel: accuracyByLabel(labels, truth, others.predicted),
    withoutSeries:
      series === undefined || strangers === undefined
        ? null
        : {
            series: new Set(series.filter((name) => name !== undefined)).size,
            correct: correctOf(truth, strangers.predicted),
            accuracy: correctOf(truth, strangers.predicted) / paths.length,
            confusion: isListed ? confusionOf(truth, strangers.predicted, labels.length) : null,
          },
    confused: confusedPairs(labels, truth, (strangers ?? others).predicted),
    mistakes: mistakesOf(sample, labels, truth, strangers ?? others),
  };
}

interface Classified {
  /** [m] */
  readonly predicted: Int32Array;
  /** [m] row of the nearest neighbour; −1 for none. */
  readonly nearest: Int32Array;
}

function classify(
  { paths, pcaFeatures }: SampledRows,
  truth: Int32Array,
  classes: number,
  isExcluded: (query: number, row: number) => boolean,
): Classified {
  const predicted = new Int32Array(paths.length);
  const nearest = new Int32Array(paths.length).fill(-1);
  const dimension = pcaFeatures.length / Math.max(1, paths.length);
  const search = { reference: pcaFeatures, queries: pcaFeatures, dimension, count: defaultNeighbours, isExcluded };
  let row = 0;
  for (const neighbours of nearestNeighbours(search)) {
    nearest[row] = neighbours.indices[0] ?? -1;
    // Of classes with as many votes the first in byte order, as scikit-learn's argmax decides.
    predicted[row] = mostVoted(sharesOfVotes(neighbours, truth, classes));
    row += 1;
  }
  return { predicted, nearest };
}

function mostVoted(shares: Float64Array): number {
  let best = 0;
  for (const [label, share] of shares.entries()) if (share > (shares[best] ?? 0)) best = label;
  return best;
}

/**
 * The series of each row, told apart by label; undefined where leaving them out would leave nothing out. A label of one
 * series only would have nobody left to vote for it, so its rows count as of no series.
 */
function seriesOfRows({ paths, labels }: SampledRows, seriesOf: SeriesOf): (string | undefined)[] | undefined {
  const found = seriesOf(paths).map((name, row) => (name === undefined ? undefined : `${labels[row]}/${name}`));
  const namesByLabel = new Map<string, Set<string>>();
  for (const [row, label] of labels.entries()) {
    const names = namesByLabel.get(label) ?? new Set();
    namesByLabel.set(label, names.add(found[row] ?? `of itself ${row}`));
  }
  const series = found.map((name, row) => ((namesByLabel.get(labels[row] ?? "")?.size ?? 0) > 1 ? name : undefined));
  const named = series.filter((name) => name !== undefined);
  return new Set(named).size < named.length ? series : undefined;
}

function correctOf(truth: Int32Array, predicted: Int32Array): number {
  return truth.reduce((sum, label, row) => sum + (predicted[row] === label ? 1 : 0), 0);
}

function confusionOf(truth: Int32Array, predicted: Int32Array, classes: number): number[][] {
  const table = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const [row, label] of truth.entries()) {
    const counts = table[label] ?? [];
    const answer = predicted[row] ?? 0;
    counts[answer] = (counts[answer] ?? 0) + 1;
  }
  return table;
}

function accuracyByLabel(labels: readonly string[], truth: Int32Array, predicted: Int32Array): LabelAccuracy[] {
  const rows = new Int32Array(labels.length);
  const correct = new Int32Array(labels.length);
  for (const [row, label] of truth.entries()) {
    rows[label] = (rows[label] ?? 0) + 1;
    if (predicted[row] === label) correct[label] = (correct[label] ?? 0) + 1;
  }
  return labels
    .slice(0, maxConfusionLabels)
    .map((label, i) => ({ label, rows: rows[i] ?? 0, accuracy: (correct[i] ?? 0) / (rows[i] ?? 1) }));
}

function confusedPairs(
  labels: readonly string[],
  truth: Int32Array,
  predicted: Int32Array,
): NeighbourSummary["confused"] {
  const pairs = new Map<number, number>();
  for (const [row, label] of truth.entries()) {
    if (predicted[row] === label) continue;
    const pair = label * labels.length + (predicted[row] ?? 0);
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  return [...pairs]
    .sort(([, a], [, b]) => b - a)
    .slice(0, maxConfused)
    .map(([pair, rows]) => ({
      label: labels[Math.floor(pair / labels.length)] ?? "",
      takenFor: labels[pair % labels.length] ?? "",
      rows,
    }));
}

function mistakesOf(
  { paths }: SampledRows,
  labels: readonly string[],
  truth: Int32Array,
  { predicted, nearest }: Classified,
): Mistake[] {
  const wrong = [...truth.keys()].filter((row) => predicted[row] !== truth[row]);
  // Spread over the sample, so that one difficult label does not fill the list.
  const step = Math.max(1, wrong.length / maxMistakes);
  return Array.from({ length: Math.min(maxMistakes, wrong.length) }, (_, i) => wrong[Math.floor(i * step)] ?? 0).map(
    (row) => ({
      path: paths[row] ?? "",
      label: labels[truth[row] ?? 0] ?? "",
      takenFor: labels[predicted[row] ?? 0] ?? "",
      nearest: paths[nearest[row] ?? -1] ?? "",
    }),
  );
}
