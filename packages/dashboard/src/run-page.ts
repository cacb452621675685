import {
  type GenerationRequest,
  isOver,
  type LogEntry,
  phases,
  type RunFile,
  type Success,
  type Telemetry,
} from "@pomona/core";
import { actionForms } from "./action-forms.ts";
import { progressBar } from "./bars.ts";
import { type Bottleneck, nameBottleneck } from "./bottleneck.ts";
import { formatAgo, formatCount, formatDuration, formatRate, formatShare } from "./format.ts";
import { type Html, html } from "./html.ts";
import type { Fragments } from "./live-feed.ts";
import type { PageContext } from "./page-context.ts";
import { fragment, type Page } from "./page-shell.ts";
import type { PoolState } from "./pool-link.ts";
import { provisionalVariance } from "./provisional-variance.ts";
import { runConfiguration } from "./run-configuration.ts";
import { runHistory } from "./run-history.ts";
import { etaSeconds, featurizingRate, meanRate, type PhaseTime, phaseTimes, wallSeconds } from "./run-times.ts";
import type { RunSummary } from "./run-view.ts";
import { tile } from "./runs-page.ts";
import { stageTable } from "./stage-table.ts";
import { stateBadge } from "./state-badge.ts";
import { throughputChart } from "./throughput-chart.ts";
import { varianceTable } from "./variance-table.ts";
import { workersTable } from "./workers-table.ts";

/** All that a run's page shows. What could not be read in time is undefined, and comes with the next event. */
export interface RunFacts {
  readonly summary: RunSummary;
  readonly telemetry: Telemetry | undefined;
  readonly success: Success | undefined;
  readonly file: RunFile | undefined;
  readonly request: GenerationRequest | undefined;
  readonly fingerprint: Readonly<Record<string, unknown>> | undefined;
  readonly history: readonly LogEntry[];
  readonly pool: PoolState;
  readonly hasPool: boolean;
  readonly rate: number | undefined;
}

export function runPage(facts: RunFacts, context: PageContext): Page {
  const { summary } = facts;
  const { link } = context;
  const fragments = runFragments(facts, context);
  const body = html`<nav class="crumbs" aria-label="Breadcrumb"><a href="${link("/")}">Runs</a> <span aria-hidden="true">/</span> <span aria-current="page">${summary.run}</span></nav>
${fragment("head", fragments, "run-head")}
${fragment("actions", fragments, "actions")}
${fragment("failure", fragments)}
${fragment("tiles", fragments, "tiles")}
${fragment("images", fragments, "panel")}
<div class="columns">${fragment("phases", fragments, "panel")}${fragment("throughput", fragments, "panel")}</div>
${fragment("stages", fragments, "panel")}
${fragment("workers", fragments, "panel")}
${fragment("model", fragments)}
<div class="columns">${fragment("history", fragments, "panel")}${fragment("configuration", fragments, "panel")}</div>`;
  return { title: summary.run, section: "runs", body, events: `/events/runs/${summary.run}` };
}

export function runFragments(facts: RunFacts, context: PageContext): Fragments {
  const { summary, pool, hasPool } = facts;
  return {
    head: head(facts),
    actions: actionForms(summary, context),
    failure: failure(summary),
    tiles: tiles(facts),
    images: images(facts, context),
    phases: phaseList(facts),
    throughput: html`<h2>Throughput</h2>${throughputChart(facts.telemetry?.series ?? [])}`,
    stages: html`<h2>Where the time goes</h2>${bottleneckLine(facts)}${stageTable(stagesOf(facts))}`,
    workers: isOver(summary.state) || !hasPool ? html`` : html`<h2>Workers of the pool</h2>${workersTable(pool)}`,
    model:
      facts.success === undefined
        ? provisionalVariance(facts.telemetry?.provisional ?? [])
        : varianceTable(facts.success),
    history: html`<h2>What happened</h2>${runHistory(summary, facts.history)}`,
    configuration: html`<h2>Configuration</h2>${runConfiguration(facts)}`,
  };
}

function head({ summary }: RunFacts): Html {
  const { run, state, input, out, submittedBy, submittedAt, log } = summary;
  return html`<h1><span class="mono">${run}</span> ${stateBadge(state)}</h1>
<p class="place-line"><span class="mono">${input ?? "output deleted"}</span> <span aria-label="to">→</span> <span class="mono">${out}</span></p>
<p class="muted">Submitted by ${submittedBy} <time datetime="${submittedAt}" title="${submittedAt}">${formatAgo(submittedAt)}</time>${
    log.owner && log.run === run ? html`, driven by ${log.owner.host}:${log.owner.pid}` : ""
  }${log.generation > 1 && log.run === run ? html`, generation ${log.generation}` : ""}${log.cleaned ? ", its stored features were removed" : ""}</p>`;
}

function failure({ state, log }: RunSummary): Html {
  if (state !== "failed" || log.failure === undefined) return html``;
  const { message, remedy, code } = log.failure;
  return html`<div class="notice bad" role="alert"><strong>Failed: ${message}</strong>${remedy === undefined ? "" : html`<p>${remedy}</p>`}<p><code>${code}</code></p></div>`;
}

function tiles({ summary, rate, telemetry, success }: RunFacts): Html {
  const { listed, featurized, quarantined, isListed, state, progress, submittedAt } = summary;
  const isMoving = !isOver(state);
  const mean = featurizingRate(telemetry) ?? meanRate(summary);
  const wall = wallSeconds(summary) ?? (Date.now() - Date.parse(submittedAt)) / 1000;
  const eta = etaSeconds(summary, rate);
  return html`${tile("Done", formatShare(featurized + quarantined, isListed ? listed : 0), `${formatCount(featurized + quarantined)} of ${isListed ? "" : "so far "}${formatCount(listed)} images`)}
${tile("Images a second", formatRate(isMoving ? rate : mean), isMoving ? `now; ${formatRate(mean)} on average` : "while features were made")}
${
  isMoving
    ? tile(
        "Time left",
        formatDuration(eta),
        eta === undefined ? waitingFor(summary) : "at the rate of the last seconds",
      )
    : tile("Took", formatDuration(wall), success === undefined ? "until it ended" : "from submission to result")
}
${tile("Quarantined", formatCount(quarantined), listed === 0 ? "of no images yet" : `${formatShare(quarantined, listed)} of the images`)}
${isMoving ? tile("Backlog", formatCount(progress?.pendingBatches ?? 0), `batches, for ${formatDuration(wall)}`) : tile("Result", success === undefined ? "–" : `${success.model.components} components`, success === undefined ? "none" : `${success.parts.length} ${success.parts.length === 1 ? "file" : "files"}`)}`;
}

function waitingFor({ state, progress }: RunSummary): string {
  if (state === "paused") return "paused";
  if (state === "waiting" || state === "opening") return "waits for a coordinator";
  return progress === undefined ? "not begun yet" : progress.phase;
}

/** The accounting identity, and the way to what is in quarantine. */
function images({ summary, success }: RunFacts, { link }: PageContext): Html {
  const { run, listed, featurized, quarantined, isListed } = summary;
  const open = Math.max(0, listed - featurized - quarantined);
  const { missing = open, duplicates = 0 } = success?.books ?? {};
  const balances = success !== undefined && missing === 0 && duplicates === 0;
  return html`<h2>Images</h2>
${progressBar({ featurized, quarantined, listed, isListed }, "Images of this run")}
<p class="books">${formatCount(listed)} listed = <span class="key key-done">${formatCount(featurized)} featurized</span> + <span class="key key-bad"><a href="${link(`/runs/${run}/quarantine`)}">${formatCount(quarantined)} quarantined</a></span> + ${formatCount(missing)} ${success === undefined ? "to do" : "missing"}${
    success === undefined ? (isListed ? "" : "; listing goes on") : `, ${duplicates} duplicates`
  }${balances ? html` <span class="ok">The books balance.</span>` : ""}</p>`;
}

function phaseList({ summary, telemetry, success }: RunFacts): Html {
  const times = phaseTimes(telemetry, success);
  const { progress, state } = summary;
  const isPresent = (name: string): boolean => progress?.phase === name || times.some(({ phase }) => phase === name);
  return html`<h2>Phases</h2><ol class="phases">${phases
    .filter((phase) => phase !== "listing" && (!rarePhases.has(phase) || isPresent(phase)))
    .map((phase) => {
      const ofIt = times.filter((time) => time.phase === phase);
      const isNow = progress?.phase === phase && !isOver(state);
      const isPast = !isNow && (success !== undefined || ofIt.some(({ seconds }) => seconds !== undefined));
      return html`<li class="${isNow ? "now" : isPast ? "past" : "ahead"}"${isNow ? html` aria-current="step"` : ""}><span>${phaseNames[phase]}</span><span class="muted">${isNow && progress !== undefined ? stepOf(progress) : durationOf(ofIt)}</span></li>`;
    })}</ol>`;
}

/** Shown of the runs that had them only. */
const rarePhases: ReadonlySet<string> = new Set(["restoring", "retrying"]);

const phaseNames: Readonly<Record<(typeof phases)[number], string>> = {
  restoring: "Features taken from the table",
  listing: "Listing",
  featurizing: "Listing and featurizing",
  retrying: "Trying quarantined images again",
  moments: "Moments of the groups",
  fitting: "Scaler and PCA",
  projecting: "Projecting the table",
  training: "Training",
  publishing: "Publishing",
};

function stepOf({ done, total }: NonNullable<RunSummary["progress"]>): string {
  return total === undefined ? `${formatCount(done)} so far` : `${formatCount(done)} of ${formatCount(total)}`;
}

function durationOf(times: readonly PhaseTime[]): string {
  const seconds = times.reduce((sum, { seconds = 0 }) => sum + seconds, 0);
  return times.length === 0 || times.some((time) => time.seconds === undefined) ? "–" : formatDuration(seconds);
}

function stagesOf({ telemetry, success }: RunFacts) {
  const measured = telemetry?.stages ?? {};
  if (Object.keys(measured).length > 0) return measured;
  return (success?.stages ?? {}) as Telemetry["stages"];
}

function bottleneckLine(facts: RunFacts): Html {
  const { summary, pool, hasPool } = facts;
  const isMoving = !isOver(summary.state);
  const isKnown = hasPool && isMoving && pool.trouble === undefined;
  const found: Bottleneck | undefined = nameBottleneck({
    stages: stagesOf(facts),
    workers: isKnown ? pool.workers.length : 1,
    waitingJobs: isKnown ? pool.jobs.features.waiting : undefined,
    isListed: summary.isListed,
    isPaused: summary.state === "paused",
    engineWait: isKnown ? engineWaitOf(pool.workers) : undefined,
  });
  if (found === undefined) return html``;
  return html`<p class="bottleneck"><strong>${isMoving ? "" : "Was "}${found.name}</strong>: ${found.advice}.</p>`;
}

/** Of the workers whose engines are fed by processes that only decode. */
function engineWaitOf(workers: RunFacts["pool"]["workers"]): number | undefined {
  const waits = workers.flatMap(({ vitals }) => (vitals?.decoders === undefined ? [] : (vitals.engineWait ?? [])));
  return waits.length === 0 ? undefined : waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
}
