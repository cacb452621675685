import { type ComparedClassifiers, classifierNames } from "@pomona/model";
import type { ClassifierSummary } from "./report-data.ts";

/** Confused labels that are kept of each classifier. */
const shownConfusions = 10;

/** What a model's cross-validation found, with the names of labels. */
export function summariseClassifiers(
  { classes, comparison }: ComparedClassifiers,
  modelFrom: string | undefined,
): ClassifierSummary {
  const { rows, folds, labelsBySeries, best, skipped = null, results } = comparison;
  const nameOf = (label: number): string => classes[label] ?? "";
  return {
    rows,
    folds,
    labels: classes.length,
    labelsBySeries,
    best,
    skipped,
    modelFrom: modelFrom ?? null,
    results: classifierNames.flatMap((name) => {
      const result = results[name];
      if (result === undefined) return [];
      const confused = result.confusion
        .filter(([label, takenFor]) => label !== takenFor)
        // Stable: equal ones stay in the order of labels.
        .sort(([, , a], [, , b]) => b - a)
        .slice(0, shownConfusions)
        .map(([label, takenFor, images]) => ({ label: nameOf(label), takenFor: nameOf(takenFor), rows: images }));
      return [{ name, correct: result.correct, accuracy: result.accuracy, confused }];
    }),
  };
}
