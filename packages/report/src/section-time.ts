import { type Html, html, trusted } from "./html.ts";
import { decimal, duration, figure, milliseconds, percent, section, table, whole } from "./page-parts.ts";
import type { Chart } from "./render-chart.ts";
import type { ReportData } from "./report-data.ts";

export function timeSection({ time, books }: ReportData, chart: Chart | undefined): Html {
  const { seconds, stages, bottleneck, imagesPerSecond } = time;
  const { total = 0, ...phases } = seconds;
  const parts = Object.entries(phases);
  return section({
    id: "time",
    title: "Where the time went",
    lead: html`${duration(total)} for ${whole(books.listed)} images, ${decimal(imagesPerSecond)} a second while they were featurized.${bottleneck && html` <strong>${bottleneck.sentence}</strong>`}`,
    body: html`<div class="phases" role="img" aria-label="${parts.map(([name, s]) => `${name} ${duration(s)}`).join(", ")}">${parts.map(
      ([name, s], i) =>
        html`<span class="phase-${i}"${trusted(` style="flex-grow:${Math.max(s / Math.max(total, 1e-9), 0.001).toFixed(4)}"`)}><b>${name}</b> ${duration(s)}</span>`,
    )}</div>
${figure(chart, "stages", "Milliseconds an image spends in each stage")}
${
  stages.length > 0 &&
  table(
    ["stage", "share", "mean", "half below", "95 % below", "99 % below", "measured"],
    stages.map(({ stage, share, meanMs, p50Ms, p95Ms, p99Ms, count: n }) => [
      stage,
      percent(share, 0),
      milliseconds(meanMs),
      milliseconds(p50Ms),
      milliseconds(p95Ms),
      milliseconds(p99Ms),
      whole(n),
    ]),
  )
}`,
  });
}
