import { type Html, html } from "./html.ts";
import { count, details, figure, type PageContext, percent, section, shortPath, table, whole } from "./page-parts.ts";
import type { Chart } from "./render-chart.ts";
import type { ReportData } from "./report-data.ts";

const shownMistakes = 12;
const shownPairs = 12;
const matrix = "Rows: the label of an image. Columns: the label that its neighbours have.";

export function neighboursSection(
  data: ReportData,
  { confusion, strangers }: { readonly confusion: Chart | undefined; readonly strangers: Chart | undefined },
  context: PageContext,
): Html {
  const { accuracy, withoutSeries, k, rows, correct, byLabel, confused, mistakes } = data.neighbours;
  if (accuracy === null) {
    return section({
      id: "neighbours",
      title: "Do the features know the labels?",
      lead: "There is one label only: nothing to tell apart.",
      body: [],
    });
  }
  const honest =
    withoutSeries &&
    html` Frames of one series are nearly equal, and flatter this figure: without the votes of an image's own series (there are ${whole(withoutSeries.series)}) it is <strong>${percent(withoutSeries.accuracy)}</strong>. Trust that one for photos of things that were never seen.`;
  return section({
    id: "neighbours",
    title: "Do the features know the labels?",
    lead: html`Each of ${whole(rows)} images was given the label that most of its ${k} nearest neighbours among the others have, by <code>pcaFeatures</code>: <strong>${percent(accuracy)}</strong> came out right (${whole(correct)} of ${whole(rows)}).${honest}`,
    body: html`<div class="side-by-side"><div><h3>All others vote</h3>${figure(confusion, "confusion", matrix)}</div>${strangers !== undefined && html`<div><h3>Only other series vote</h3>${figure(strangers, "strangers", matrix)}</div>`}</div>
${
  confused.length > 0 &&
  html`<h3>Most often confused</h3>${table(
    ["is", "taken for", "images"],
    confused.slice(0, 10).map(({ label, takenFor, rows: n }) => [label, takenFor, whole(n)]),
  )}`
}
${
  mistakes.some(({ path }) => context.hasPhoto(path)) &&
  html`<h3>Mistakes, beside their nearest neighbour</h3><div class="pairs">${mistakes
    .slice(0, shownMistakes)
    .map(
      ({ path, label, takenFor, nearest }) =>
        html`<div class="pair">${context.photo(path)}${context.photo(nearest)}<p><strong>${label}</strong>, taken for <strong>${takenFor}</strong><br><small>${shortPath(path)} · nearest ${shortPath(nearest)}</small></p></div>`,
    )}</div>`
}
${details(
  "Accuracy by label",
  table(
    ["label", "images", "right"],
    byLabel.map(({ label, rows: n, accuracy: share }) => [label, whole(n), percent(share)]),
  ),
)}`,
  });
}

export function duplicatesSection({ duplicates }: ReportData, { photo }: PageContext): Html {
  const { similarity, rows, pairs, involved, acrossLabels, examples } = duplicates;
  const found =
    pairs === 0
      ? `No two of ${whole(rows)} images have features with a cosine of ${similarity} or more.`
      : `${count(pairs, "pair")} among ${whole(rows)} images ${pairs === 1 ? "has" : "have"} features with a cosine of ${similarity} or more; ${count(involved, "image")} ${involved === 1 ? "is" : "are"} in one. Copies in training and test data make every accuracy look better than it is${acrossLabels > 0 ? `, and ${count(acrossLabels, "pair")} of different labels ask which label is wrong` : ""}.`;
  return section({
    id: "duplicates",
    title: "Nearly the same picture",
    lead: found,
    body: html`<div class="pairs">${examples
      .slice(0, shownPairs)
      .map(
        ({ first, second, similarity: cosine, labels: [a, b] }) =>
          html`<div class="pair">${photo(first)}${photo(second)}<p>cosine ${cosine.toFixed(4)}${a !== b && html`<br><strong>${a}</strong> and <strong>${b}</strong>`}<br><small>${shortPath(first)} · ${shortPath(second)}</small></p></div>`,
      )}</div>`,
  });
}
