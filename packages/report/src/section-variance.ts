import { type Html, html } from "./html.ts";
import { count, figure, percent, section, table, whole } from "./page-parts.ts";
import type { Chart } from "./render-chart.ts";
import type { ReportData } from "./report-data.ts";

export function varianceSection({ variance }: ReportData, chart: Chart | undefined): Html {
  const { kept, keptShare, needed, rank, total } = variance;
  const first = needed.map(({ share }) => percent(share, 0));
  return section({
    id: "variance",
    title: "How many components",
    lead: html`The table keeps ${count(kept, "component")}, with ${percent(keptShare)} of the variance of ${whole(total)} features. ${rank} components carry all of it. Another number costs seconds: <code>pomona run … --variance 0.95 --refit</code> decodes nothing again.`,
    body: html`${figure(chart, "scree", `Bars: share of the variance of each component. Line: of all up to there.`)}
${table(
  ["share of the variance", ...first],
  [["components that it takes", ...needed.map(({ components }) => whole(components))]],
)}`,
  });
}
