import { type Html, html } from "./html.ts";
import { count, percent, section, table, whole } from "./page-parts.ts";
import type { ClassifierResult, ClassifierSummary, ReportData } from "./report-data.ts";

const kinds: Readonly<Record<ClassifierResult["name"], string>> = {
  knn: "the 5 nearest images vote, by pcaFeatures",
  centroid: "the nearest mean of a label, by pcaFeatures",
  logistic: "multinomial logistic regression of scaledFeatures",
};

/** Confused pairs that a row of the table names. */
const named = 3;

/** Nothing where nothing is to be told apart, or where the result has no comparison: that of an earlier version. */
export function classifiersSection({ classifiers }: ReportData): Html | undefined {
  if (classifiers === null || classifiers.labels < 2) return undefined;
  return section({
    id: "classifiers",
    title: "Which classifier to trust with new photos",
    lead: leadOf(classifiers),
    body: classifiers.results.length === 0 ? [] : resultsTable(classifiers),
  });
}

function leadOf({ rows, folds, labels, labelsBySeries, best, skipped, modelFrom }: ClassifierSummary): Html {
  const whose = modelFrom === null ? html`` : html` of the result ${modelFrom}, which this one applies`;
  if (skipped !== null) {
    return html`The classifiers in <code>model/</code>${whose} were not compared: ${skipped}. <code>pomona classify</code> uses <strong>${best}</strong>.`;
  }
  const series =
    labelsBySeries === 0
      ? "Names show no photo series, so frames of one object may be on both sides, and flatter these figures."
      : `Photo series, as names show them, are kept together for ${whole(labelsBySeries)} of ${count(labels, "label")}, so no frame is judged by its neighbours in the same series.`;
  return html`Each of ${count(rows, "image")}${whose} was labelled by classifiers that had been trained without it, in ${folds} parts. ${series} <code>pomona classify</code> uses <strong>${best}</strong> unless told otherwise. Scaler and components have seen all images, without their labels.`;
}

function resultsTable({ results, rows, best }: ClassifierSummary): Html {
  return table(
    ["classifier", "how", "right", "images", "most often confused"],
    results.map(({ name, accuracy, correct, confused }) => [
      name === best ? html`<strong>${name}</strong>` : name,
      kinds[name],
      percent(accuracy),
      `${whole(correct)} of ${whole(rows)}`,
      confused
        .slice(0, named)
        .map(({ label, takenFor, rows: n }) => `${label} as ${takenFor} (${whole(n)})`)
        .join(", ") || "none",
    ]),
  );
}
