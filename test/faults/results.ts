import { renameSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Fault, Trial } from "./fault.ts";

/** What came of one trial. */
export interface TrialResult extends Trial {
  /** Which trial of the fault. */
  readonly i: number;
  readonly seconds: number;
  readonly finishedAt: string;
}

/** A row of the table of results. */
export interface FaultRow {
  readonly id: string;
  readonly what: string;
  readonly wanted: number;
  readonly tried: number;
  readonly exact: number;
  readonly worstRecoverySeconds?: number | undefined;
  /** What the recovery may take at most. */
  readonly recoveryLimit?: number | undefined;
  /** Of all trials added up. */
  readonly seconds: number;
  /** Why it was not tried. */
  readonly skipped?: string | undefined;
  /** In their order. */
  readonly trials: readonly TrialResult[];
}

/** Different notes that are shown of a row, and characters of each that are kept. */
const noteLimit = 24;
const noteCharacters = 3000;

export function rowOf(fault: Fault, wanted: number, trials: readonly TrialResult[], skipped?: string): FaultRow {
  const { id, what, recoveryLimit } = fault;
  const recoveries = trials.map(({ recoverySeconds }) => recoverySeconds).filter((seconds) => seconds !== undefined);
  return {
    id,
    what,
    wanted,
    tried: trials.length,
    exact: trials.filter(({ exact }) => exact).length,
    ...(recoveries.length > 0 && { worstRecoverySeconds: rounded(Math.max(...recoveries)) }),
    ...(recoveryLimit !== undefined && { recoveryLimit }),
    seconds: rounded(trials.reduce((sum, { seconds }) => sum + seconds, 0)),
    ...(skipped !== undefined && { skipped }),
    trials: [...trials].sort((a, b) => a.i - b.i),
  };
}

export function resultOf(i: number, seconds: number, { recoverySeconds, notes, ...trial }: Trial): TrialResult {
  return {
    i,
    ...trial,
    ...(recoverySeconds !== undefined && { recoverySeconds: rounded(recoverySeconds) }),
    seconds: rounded(seconds),
    ...(notes !== undefined && { notes: notes.slice(0, noteCharacters) }),
    finishedAt: new Date().toISOString(),
  };
}

export function isLate({ recoverySeconds = 0 }: Trial, { recoveryLimit = Number.POSITIVE_INFINITY }: Fault): boolean {
  return recoverySeconds > recoveryLimit;
}

/** Whether all that was wanted was tried and is as it must be; a row that was skipped neither passed nor failed. */
export function hasPassed(row: FaultRow): boolean {
  const isFast = (row.worstRecoverySeconds ?? 0) <= (row.recoveryLimit ?? Number.POSITIVE_INFINITY);
  return row.tried >= row.wanted && row.exact === row.tried && isFast;
}

export async function readRows(file: string): Promise<FaultRow[]> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** Complete or not at all: a session may be killed at any time as well. A trial is a line. */
export function writeRows(file: string, rows: readonly FaultRow[]): void {
  const texts = rows.map(({ trials, ...row }) => {
    const head = JSON.stringify(row).slice(0, -1);
    return `${head},"trials":[\n${trials.map((trial) => `  ${JSON.stringify(trial)}`).join(",\n")}\n]}`;
  });
  writeFileSync(`${file}.new`, `[\n${texts.join(",\n")}\n]\n`);
  renameSync(`${file}.new`, file);
}

export function formatRow(row: FaultRow): string {
  const isDone = row.tried >= row.wanted;
  const verdict = row.skipped !== undefined ? "skipped" : hasPassed(row) ? "passed" : isDone ? "FAILED" : "partly";
  const recovery = row.worstRecoverySeconds === undefined ? "–" : `${row.worstRecoverySeconds.toFixed(1)} s`;
  const numbers = [
    row.id.padEnd(4),
    verdict.padEnd(8),
    `tried ${row.tried} of ${row.wanted}`,
    `exact ${row.exact}`,
    `worst ${recovery}`,
  ];
  const lines = [`${numbers.join("  ")}  (${row.seconds.toFixed(0)} s)  ${row.what}`];
  if (row.skipped !== undefined) lines.push(`       ${row.skipped}`);
  return [...lines, ...summarize(row.trials).map((note) => `       ${note.replaceAll("\n", "\n         ")}`)].join(
    "\n",
  );
}

/** Each different note once, with how often. */
function summarize(trials: readonly Trial[]): string[] {
  const counts = new Map<string, number>();
  for (const { notes = "" } of trials) counts.set(notes, (counts.get(notes) ?? 0) + 1);
  counts.delete("");
  return [...counts].slice(0, noteLimit).map(([note, n]) => (n === 1 ? "" : `${n} × `) + note);
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
