import { nearDuplicates } from "@pomona/stats";
import type { DuplicateSummary } from "./report-data.ts";
import type { SampledRows } from "./survey-table.ts";

/** Cosine of the angle between the features of two images that a person would call the same picture. */
const similarity = 0.98;
const maxExamples = 24;
/** Examples are chosen from this many of the most alike pairs. */
const maxPairs = 10_000;

/** Pairs of images of the sample whose features point the same way. */
export function summariseDuplicates({ paths, labels, features }: SampledRows): DuplicateSummary {
  const dimension = features.length / Math.max(1, paths.length);
  const { pairs, count, involved } = nearDuplicates({ rows: features, dimension, similarity, most: maxPairs });
  const isAcross = ({ first, second }: { first: number; second: number }) => labels[first] !== labels[second];
  const examples = [...pairs.filter(isAcross), ...pairs.filter((pair) => !isAcross(pair))];
  return {
    similarity,
    rows: paths.length,
    pairs: count,
    involved,
    acrossLabels: pairs.filter(isAcross).length,
    examples: examples.slice(0, maxExamples).map((pair) => ({
      first: paths[pair.first] ?? "",
      second: paths[pair.second] ?? "",
      similarity: pair.similarity,
      labels: [labels[pair.first] ?? "", labels[pair.second] ?? ""],
    })),
  };
}
