import { type Html, html } from "./html.ts";
import {
  count,
  decimal,
  details,
  figure,
  type PageContext,
  percent,
  section,
  shortPath,
  table,
  whole,
} from "./page-parts.ts";
import type { Chart } from "./render-chart.ts";
import type { ReportData } from "./report-data.ts";

const shownOutliers = 12;

export function featuresSection(
  { dimensions, norms }: ReportData,
  chart: Chart | undefined,
  { photo }: PageContext,
): Html {
  const { dimension, constant, dead, rare, zeroShare } = dimensions;
  const outliers =
    norms.outlierCount === 0
      ? "No image lies"
      : `${count(norms.outlierCount, "image")} ${norms.outlierCount === 1 ? "lies" : "lie"}`;
  return section({
    id: "features",
    title: "The features themselves",
    lead: html`Of ${whole(dimension)} features ${whole(constant.length)} are the same for every image (${whole(dead.length)} of them 0, dead), ${whole(rare.length)} are not 0 for fewer than 1 % of the images, and ${percent(zeroShare)} of all values are 0. The norm of an image's features is ${decimal(norms.median)} in the middle. ${outliers} further than five deviations from it: blank, odd or wrong images often do.`,
    body: html`${figure(chart, "norms", "Histogram of the norms of the features")}
${
  norms.outliers.length > 0 &&
  html`<div class="strip outliers">${norms.outliers
    .slice(0, shownOutliers)
    .map(({ path, norm }) => photo(path, html`${decimal(norm)}`))}</div>${details(
    "The norms furthest from the middle",
    table(
      ["norm", "label", "image"],
      norms.outliers.map(({ path, label, norm }) => [decimal(norm), label, shortPath(path)]),
    ),
  )}`
}
${constant.length > 0 && details("Constant and rare features", html`<p>Constant: ${constant.join(", ")}</p><p>Rare: ${rare.length > 0 ? rare.join(", ") : "none"}</p>`)}`,
  });
}
