import { formatCount, formatDuration } from "../format.ts";
import type { ListedRun } from "./list-runs.ts";
import { describeEngineWait, describeTroubles, type LiveRoles } from "./live-roles.ts";
import type { RunStatus } from "./run-status.ts";

/** A table for people, one run a line. */
export function formatRuns(runs: readonly ListedRun[], now: Date): string {
  if (runs.length === 0) return "No runs.\n";
  const rows = runs.map((run) =>
    run.state === "unreadable"
      ? [run.run, run.state, "", "", run.error]
      : [
          run.run,
          run.state,
          run.images.toLocaleString("en-US"),
          age(run.submittedAt, now),
          `${run.input ?? "(deleted)"} → ${run.out}`,
        ],
  );
  return columns([["RUN", "STATE", "IMAGES", "AGE", "INPUT → OUTPUT"], ...rows]);
}

/** What `pomona status <run>` prints. */
export function formatStatus(status: RunStatus, now: Date): string {
  const { progress, failure, since, by, owner } = status;
  const isAsked = status.state === "paused" || status.state === "cancelled";
  const lines = [
    `run        ${status.run}`,
    `state      ${status.state}${isAsked && by !== undefined ? ` by ${by}` : ""}${since === undefined ? "" : `, ${age(since, now)} ago`}`,
    `input      ${status.input ?? "(deleted)"}`,
    `output     ${status.out}`,
    `submitted  by ${status.submittedBy}, ${age(status.submittedAt, now)} ago`,
    ...(owner === undefined ? [] : [`driven by  ${owner}`]),
    ...(status.generation > 1 ? [`generation ${status.generation}`] : []),
    ...(progress === undefined ? [`images     ${formatImages(status)}`] : [`progress   ${formatProgress(status)}`]),
    ...(status.troubles ?? []).map((trouble) => `trouble    ${trouble}`),
    ...(failure === undefined ? [] : [`failure    ${failure.message}`]),
    ...(failure?.remedy === undefined ? [] : [`           ${failure.remedy}`]),
    ...(status.cleaned ? ["cleaned    its stored features were removed"] : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** `featurizing 128/300, 2 quarantined`. */
function formatProgress({ progress }: RunStatus): string {
  if (progress === undefined) return "";
  const { phase, done, total, listed, quarantined } = progress;
  const known = phase === "listing" || phase === "featurizing" ? (total ?? `${listed}+`) : (total ?? "?");
  return `${phase} ${done}/${known}${quarantined > 0 ? `, ${quarantined} quarantined` : ""}`;
}

function formatImages({ images, quarantined }: RunStatus): string {
  return `${images.toLocaleString("en-US")}${quarantined > 0 ? `, ${quarantined} quarantined` : ""}`;
}

/** Who is alive in a pool, and what waits. */
export function formatPool(roles: LiveRoles, jobs: PoolJobs): string {
  const hosts = (processes: LiveRoles["workers"]): string => {
    const names = [...new Set(processes.map(({ host }) => host))];
    const more = names.length > 3 ? ", …" : "";
    return names.length === 0 ? "" : ` on ${names.slice(0, 3).join(", ")}${more}`;
  };
  return [
    ...(["coordinators", "workers", "reducers"] as const).map((role) => {
      const processes = roles[role];
      const none = processes.length === 0 ? `none: start one with pomona ${role.slice(0, -1)} --redis …` : "";
      return `${role.padEnd(13)}${none || `${processes.length}${hosts(processes)}`}`;
    }),
    ...describeEngineWait(roles).map((wait) => `engine wait  ${wait}`),
    ...describeTroubles(roles).map((trouble) => `trouble      ${trouble}`),
    `jobs         ${formatCount(jobs.features.waiting, "batch", "batches")} waiting, ${jobs.features.active} in hand; reduction ${jobs.reduce.waiting} and ${jobs.reduce.active}`,
    "",
  ].join("\n");
}

export interface PoolJobs {
  readonly features: { readonly waiting: number; readonly active: number };
  readonly reduce: { readonly waiting: number; readonly active: number };
}

function age(at: string, now: Date): string {
  return formatDuration((now.getTime() - Date.parse(at)) / 1000);
}

/** Left-aligned, two spaces apart; the last column as long as it is. */
function columns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd();
  return `${rows.map(line).join("\n")}\n`;
}
