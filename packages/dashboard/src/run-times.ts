import type { Success, Telemetry } from "@pomona/core";
import type { RunSummary } from "./run-view.ts";

/** Seconds from a run's submission to its end; undefined while it goes on. */
export function wallSeconds({
  submittedAt,
  finishedAt,
}: Pick<RunSummary, "submittedAt" | "finishedAt">): number | undefined {
  return finishedAt === undefined ? undefined : (Date.parse(finishedAt) - Date.parse(submittedAt)) / 1000;
}

/** Images per second of a finished run, all of its time counted. */
export function meanRate(
  summary: Pick<RunSummary, "submittedAt" | "finishedAt" | "listed" | "state">,
): number | undefined {
  const seconds = wallSeconds(summary);
  return summary.state !== "done" || seconds === undefined || seconds <= 0 ? undefined : summary.listed / seconds;
}

/** Seconds until every listed image has features; undefined where nothing says how fast it goes. */
export function etaSeconds(
  { state, progress, listed }: Pick<RunSummary, "state" | "progress" | "listed">,
  rate: number | undefined,
): number | undefined {
  if (state !== "running" || progress === undefined || rate === undefined || rate <= 0) return undefined;
  return progress.phase === "featurizing" ? Math.max(0, listed - progress.done) / rate : undefined;
}

/** Images per second while features were made, from the course that telemetry tells. */
export function featurizingRate(telemetry: Pick<Telemetry, "series"> | undefined): number | undefined {
  const [first, last] = [telemetry?.series[0], telemetry?.series.at(-1)];
  if (first === undefined || last === undefined || last[0] <= first[0]) return undefined;
  return ((last[1] - first[1]) * 1000) / (last[0] - first[0]);
}

export interface PhaseTime {
  readonly phase: string;
  /** Undefined for a phase that goes on. */
  readonly seconds: number | undefined;
  readonly startedAt: string;
}

/** How long each phase took, as telemetry and the end of the run tell; a phase that came twice counts twice. */
export function phaseTimes(
  telemetry: Pick<Telemetry, "phases"> | undefined,
  success: Pick<Success, "finishedAt"> | undefined,
): PhaseTime[] {
  const phases = telemetry?.phases ?? [];
  return phases.map(({ phase, at }, i) => {
    const end = phases[i + 1]?.at ?? success?.finishedAt;
    return { phase, startedAt: at, seconds: end === undefined ? undefined : (Date.parse(end) - Date.parse(at)) / 1000 };
  });
}
