import { type Html, html } from "./html.ts";
import { count, figure, type PageContext, percent, section, whole } from "./page-parts.ts";
import { picturesByLabel } from "./pictures.ts";
import type { Chart } from "./render-chart.ts";
import type { ReportData } from "./report-data.ts";

/** Labels that are shown with photos. */
const shownLabels = 60;

export function labelsSection(data: ReportData, chart: Chart | undefined, { photo, hasPhoto }: PageContext): Html {
  const { labels, labelCount, map, neighbours } = data;
  const accuracy = new Map(neighbours.byLabel.map((label) => [label.label, label.accuracy]));
  const pictures = new Map(picturesByLabel(map).map(({ label, paths }) => [label, paths.filter(hasPhoto)]));
  const shown = labels.filter(({ label }) => (pictures.get(label)?.length ?? 0) > 0).slice(0, shownLabels);
  const [most, least] = [labels[0], labels.at(-1)];
  const spread =
    most === undefined || least === undefined || labelCount < 2
      ? ""
      : most.rows === least.rows
        ? ` of ${count(most.rows, "image")} each`
        : `, from ${count(most.rows, "image")} (${most.label}) to ${whole(least.rows)} (${least.label})`;
  return section({
    id: "labels",
    title: "The labels",
    lead: `${count(labelCount, "label")}${spread}.${labels.length < labelCount ? ` The ${whole(labels.length)} most frequent are counted here.` : ""}`,
    body: html`${figure(chart, "labels", "Images of each label")}
${
  shown.length > 0 &&
  html`<div class="label-cards">${shown.map(
    ({ label, rows }) =>
      html`<article><h3>${label}</h3><p>${count(rows, "image")}${accuracy.has(label) && html` · ${percent(accuracy.get(label) ?? 0, 0)} right`}</p><div class="strip">${(pictures.get(label) ?? []).map((path) => photo(path))}</div></article>`,
  )}</div>`
}`,
  });
}
