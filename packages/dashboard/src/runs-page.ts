import { isOver } from "@pomona/core";
import { progressBar } from "./bars.ts";
import { formatAgo, formatCount, formatDuration, formatRate, formatShare } from "./format.ts";
import { type Html, html } from "./html.ts";
import type { Fragments } from "./live-feed.ts";
import type { PageContext } from "./page-context.ts";
import { fragment, type Page } from "./page-shell.ts";
import type { PoolState } from "./pool-link.ts";
import type { ShelvedRun } from "./run-shelf.ts";
import { etaSeconds, meanRate } from "./run-times.ts";
import type { RunSummary } from "./run-view.ts";
import { stateBadge } from "./state-badge.ts";

/** What is asked of the list. */
export interface RunsQuery {
  readonly search: string;
  readonly state: string;
  /** From 1. */
  readonly page: number;
}

export interface RunsFacts {
  readonly query: RunsQuery;
  readonly home: string;
  readonly rows: readonly ShelvedRun[];
  /** All that match. */
  readonly total: number;
  readonly pages: number;
  /** True while older runs are still being read, which a search may be missing. */
  readonly isSurveying: boolean;
  readonly active: readonly RunSummary[];
  readonly pool: PoolState;
  readonly hasPool: boolean;
  readonly rateOf: (run: string) => number | undefined;
}

const filters = ["running", "paused", "waiting", "done", "failed", "cancelled"] as const;

export function runsPage(facts: RunsFacts, context: PageContext): Page {
  const { query } = facts;
  const { link } = context;
  const fragments = runsFragments(facts, context);
  const events = `/events/runs?${new URLSearchParams({ q: query.search, state: query.state, page: String(query.page) })}`;
  const body = html`<h1>Runs</h1>
${fragment("tiles", fragments, "tiles")}
<form class="filters" method="get" action="${link("/")}" role="search">
<label>Search <input type="search" name="q" value="${query.search}" placeholder="id, input, output, person" autocomplete="off"></label>
<label>State <select name="state"><option value="">any</option>${filters.map(
    (state) => html`<option${query.state === state ? html` selected` : ""}>${state}</option>`,
  )}</select></label>
<button>Show</button>
</form>
${fragment("runs", fragments)}`;
  return { title: "Runs", section: "runs", body, events };
}

export function runsFragments(facts: RunsFacts, context: PageContext): Fragments {
  return { tiles: tiles(facts), runs: table(facts, context) };
}

function tiles({ active, pool, hasPool, rateOf }: RunsFacts): Html {
  const rates = active.map(({ run }) => rateOf(run)).filter((rate) => rate !== undefined);
  const pending = active.reduce((sum, { progress }) => sum + (progress?.pendingBatches ?? 0), 0);
  const states = ["running", "publishing", "paused", "waiting"] as const;
  const counts = states.map((state) => [state, active.filter((run) => run.state === state).length] as const);
  const isKnown = hasPool && pool.trouble === undefined;
  return html`${tile(
    "Unfinished runs",
    String(active.length),
    counts
      .filter(([, n]) => n > 0)
      .map(([state, n]) => `${n} ${state}`)
      .join(", ") || "nothing to do",
  )}
${tile("Images a second", rates.length === 0 ? "–" : formatRate(rates.reduce((sum, rate) => sum + rate, 0)), "all runs, over the last seconds")}
${tile("Backlog", formatCount(pending), "batches without features")}
${tile(
  "Workers",
  isKnown ? String(pool.workers.length) : "–",
  isKnown ? `${pool.coordinators.length} coordinator, ${pool.reducers.length} reducer` : "Redis is not asked",
)}`;
}

export function tile(name: string, value: string, note: string): Html {
  return html`<div class="tile"><span class="tile-name">${name}</span><strong>${value}</strong><small>${note}</small></div>`;
}

function table(facts: RunsFacts, { link }: PageContext): Html {
  const { rows, total, pages, query, isSurveying, home } = facts;
  if (rows.length === 0) return empty(facts);
  const address = (page: number): string =>
    link(`/?${new URLSearchParams({ q: query.search, state: query.state, page: String(page) })}`);
  return html`<div class="scroll" role="region" aria-label="Runs" tabindex="0"><table class="runs">
<caption>${formatCount(total)} ${total === 1 ? "run" : "runs"} in <code>${home}</code>${isSurveying ? ", still reading older ones" : ""}</caption>
<thead><tr><th scope="col">Run</th><th scope="col">State</th><th scope="col" class="wide">Images</th><th scope="col" class="number">Rate</th><th scope="col" class="number">Left</th><th scope="col" class="number">Quarantined</th><th scope="col" class="number">Submitted</th></tr></thead>
<tbody>${rows.map((row) => tableRow(row, facts, link))}</tbody>
</table></div>
${
  pages > 1
    ? html`<nav class="pages" aria-label="Pages">${query.page > 1 ? html`<a href="${address(query.page - 1)}" rel="prev">Newer</a>` : ""}<span>Page ${query.page} of ${pages}</span>${query.page < pages ? html`<a href="${address(query.page + 1)}" rel="next">Older</a>` : ""}</nav>`
    : ""
}`;
}

function tableRow({ run, summary, error }: ShelvedRun, facts: RunsFacts, link: PageContext["link"]): Html {
  const name = html`<th scope="row"><a href="${link(`/runs/${run}`)}">${run}</a>`;
  if (summary === undefined) {
    return html`<tr>${name}</th><td colspan="6" class="muted">${error ?? "is being read…"}</td></tr>`;
  }
  const { state, input, out, listed, featurized, quarantined, isListed, submittedAt, submittedBy, finishedAt } =
    summary;
  const isMoving = !isOver(state);
  const rate = isMoving ? facts.rateOf(run) : meanRate(summary);
  const left = isMoving ? etaSeconds(summary, facts.rateOf(run)) : undefined;
  const took = finishedAt === undefined ? undefined : (Date.parse(finishedAt) - Date.parse(submittedAt)) / 1000;
  return html`<tr>${name}<small class="place" title="${input ?? ""}">${input ?? "output deleted"} → ${out}</small></th>
<td>${stateBadge(state)}</td>
<td class="wide">${progressBar({ featurized, quarantined, listed, isListed }, `Images of ${run}`)}<small>${formatCount(featurized + quarantined)} of ${isListed ? "" : "so far "}${formatCount(listed)}</small></td>
<td class="number">${formatRate(rate)}</td>
<td class="number">${isMoving ? formatDuration(left) : html`<span class="muted">took ${formatDuration(took)}</span>`}</td>
<td class="number">${
    quarantined === 0
      ? html`<span class="muted">0</span>`
      : html`<a href="${link(`/runs/${run}/quarantine`)}">${formatCount(quarantined)}</a><small>${formatShare(quarantined, listed)}</small>`
  }</td>
<td class="number"><time datetime="${submittedAt}" title="${submittedAt}">${formatAgo(submittedAt)}</time><small>${submittedBy}</small></td></tr>`;
}

function empty({ query, home, isSurveying }: RunsFacts): Html {
  if (query.search !== "" || query.state !== "") {
    return html`<p class="empty">No run matches${isSurveying ? " so far: older ones are still being read" : ""}.</p>`;
  }
  return html`<div class="empty"><p><strong>No runs yet</strong> in <code>${home}</code>.</p><p>Begin one with <code>pomona submit s3://bucket/photos --out s3://bucket/result</code>.</p></div>`;
}
