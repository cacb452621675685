import { quantile, type StageTimes, stages } from "@pomona/core";
import { shareBar } from "./bars.ts";
import { formatCount } from "./format.ts";
import { type Html, html } from "./html.ts";

const meanings = {
  get: "read from storage",
  decode: "decode to pixels",
  resample: "resize to 224 × 224",
  infer: "features of the pixels",
  put: "write a shard (a batch each)",
} as const;

/** Durations of each stage: quantiles from the histograms, and what share of all the time it takes. */
export function stageTable(times: StageTimes): Html {
  const measured = stages.flatMap((stage) => {
    const histogram = times[stage];
    return histogram === undefined || histogram.count === 0 ? [] : [{ stage, histogram }];
  });
  if (measured.length === 0) return html`<p class="empty">Nothing was measured yet.</p>`;
  const all = measured.reduce((sum, { histogram }) => sum + histogram.totalMs, 0);
  return html`<div class="scroll" role="region" aria-label="Stages" tabindex="0"><table>
<thead><tr><th scope="col">Stage</th><th scope="col" class="number">p50</th><th scope="col" class="number">p95</th><th scope="col" class="number">p99</th><th scope="col" class="number">Mean</th><th scope="col" class="number">Count</th><th scope="col" class="wide">Share of the time</th></tr></thead>
<tbody>${measured.map(({ stage, histogram }) => {
    const share = histogram.totalMs / all;
    return html`<tr><th scope="row">${stage} <small>${meanings[stage]}</small></th>${[0.5, 0.95, 0.99].map(
      (q) => html`<td class="number">${formatMs(quantile(histogram, q), "≤ ")}</td>`,
    )}<td class="number">${formatMs(histogram.totalMs / histogram.count)}</td><td class="number">${formatCount(histogram.count)}</td><td class="wide"><div class="share">${shareBar(share)}<span>${Math.round(share * 100)} %</span></div></td></tr>`;
  })}</tbody></table></div>`;
}

/** Quantiles are the upper bounds of buckets, powers of two. */
function formatMs(ms: number, sign = ""): string {
  if (!Number.isFinite(ms)) return "> 32 s";
  if (ms >= 1000) return `${sign}${(ms / 1000).toFixed(1)} s`;
  return `${sign}${ms < 10 ? Number(ms.toFixed(2)) : Math.round(ms)} ms`;
}
