import { renameSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";

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
  /** What trials told, each different text once, with how often. */
  readonly notes: readonly string[];
  readonly finishedAt: string;
}

/** Whether all that was wanted was tried and is as it must be; a row that was skipped neither passed nor failed. */
export function hasPassed(row: FaultRow): boolean {
  const isFast = (row.worstRecoverySeconds ?? 0) <= (row.recoveryLimit ?? Number.POSITIVE_INFINITY);
  return row.tried === row.wanted && row.exact === row.tried && isFast;
}

export async function readRows(file: string): Promise<FaultRow[]> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** Complete or not at all: a session may be killed at any time as well. */
export function writeRows(file: string, rows: readonly FaultRow[]): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(rows, undefined, 2)}\n`);
  renameSync(`${file}.new`, file);
}

export function formatRow(row: FaultRow): string {
  const verdict = row.skipped === undefined ? (hasPassed(row) ? "passed" : "FAILED") : "skipped";
  const recovery = row.worstRecoverySeconds === undefined ? "–" : `${row.worstRecoverySeconds.toFixed(1)} s`;
  const numbers = [
    row.id.padEnd(4),
    verdict.padEnd(8),
    `tried ${row.tried}`,
    `exact ${row.exact}`,
    `worst ${recovery}`,
  ];
  const lines = [`${numbers.join("  ")}  (${row.seconds.toFixed(0)} s)  ${row.what}`];
  if (row.skipped !== undefined) lines.push(`       ${row.skipped}`);
  return [...lines, ...row.notes.map((note) => `       ${note.replaceAll("\n", "\n         ")}`)].join("\n");
}
