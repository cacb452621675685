import { mapLabels } from "./chart-map.ts";
import { labelColours, labelShapes } from "./chart-theme.ts";
import { commonFolder } from "./common-folder.ts";
import { type Html, html, jsonText, trusted } from "./html.ts";
import { count, figure, percent, section, whole } from "./page-parts.ts";
import type { Chart } from "./render-chart.ts";
import type { ReportData } from "./report-data.ts";

/** Labels that the legend lists. */
const legendLabels = 200;

/** Marks of the legend, as paths about (8, 8). */
const shapes: Readonly<Record<(typeof labelShapes)[number], string>> = {
  circle: "M3 8a5 5 0 1 0 10 0a5 5 0 1 0-10 0z",
  square: "M3.5 3.5h9v9h-9z",
  "triangle-up": "M8 3l5.5 9.5h-11z",
  diamond: "M8 2l5 6-5 6-5-6z",
  cross: "M6 2.5h4v3.5h3.5v4h-3.5v3.5h-4v-3.5h-3.5v-4h3.5z",
  "triangle-down": "M8 13l5.5-9.5h-11z",
};

/** Where the images lie; `pictureNumbers` tells which of them have a picture. */
export function mapSection(
  data: ReportData,
  chart: Chart | undefined,
  pictureNumbers: ReadonlyMap<string, number>,
): Html {
  const { map, sample, variance, labels } = data;
  const names = mapLabels(data);
  const drawn =
    sample.rows < sample.of
      ? `${whole(sample.rows)} of ${whole(sample.of)} images, drawn with seed ${sample.seed}`
      : "Every image";
  const shared = percent((variance.ratios[0] ?? 0) + (variance.kept > 1 ? (variance.ratios[1] ?? 0) : 0));
  const rowsOf = new Map(labels.map(({ label, rows }) => [label, rows]));
  const colours = labelColours(names.length);
  return section({
    id: "map",
    title: "The map",
    lead: `${drawn} by the first two components, which hold ${shared} of the variance. Images that look alike to the network lie near each other. Point at one to see which it is; press a label to see it alone.`,
    body: html`<div class="map">
<div class="map-plot">${figure(chart, "map", `Scatter plot of ${count(map.length, "image")} with ${count(names.length, "label")}`)}<div id="map-photos" aria-hidden="true"></div><div id="map-tip" hidden></div></div>
<div class="legend" id="legend"><div class="legend-tools"><button type="button" id="show-photos" aria-pressed="false">Show photos</button><button type="button" id="show-all" hidden>Show all labels</button></div>
<ul>${names.slice(0, legendLabels).map((label, i) => html`<li><button type="button" data-label="${i}" aria-pressed="false"><svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"><path d="${shapes[labelShapes[i % labelShapes.length] ?? "circle"]}" fill="${colours[i]}"/></svg><span>${label}</span><small>${whole(rowsOf.get(label) ?? 0)}</small></button></li>`)}</ul>${names.length > legendLabels && html`<p>… and ${whole(names.length - legendLabels)} more</p>`}</div></div>
<script type="application/json" id="points">${pointsOf(data, names, pictureNumbers)}</script>${trusted("\n")}`,
  });
}

/** The points of the map in the order of its marks: paths without what they all begin with, label, picture. */
function pointsOf({ map }: ReportData, names: readonly string[], pictureNumbers: ReadonlyMap<string, number>): Html {
  const prefix = commonFolder(map.map(({ path }) => path));
  const numbers = new Map(names.map((name, i) => [name, i]));
  const points = map.map(({ path, label }) => [
    path.slice(prefix.length),
    numbers.get(label) ?? -1,
    ...(pictureNumbers.has(path) ? [pictureNumbers.get(path)] : []),
  ]);
  return jsonText({ prefix, points });
}
