import type { ParityLine, ParityReport } from "./parity-report.ts";

/** The report as lines for a terminal, stage by stage. */
export function formatParity({ ok, lines, skipped, references }: ParityReport): string {
  const versions = Object.entries(references).map(([name, version]) => `${name} ${version}`);
  const wrong = lines.filter((line) => !line.ok).length;
  const stages = [...new Set(lines.map(({ stage }) => stage))];
  const width = Math.max(0, ...lines.map(({ what }) => what.length));
  return [
    `compared with ${versions.join(", ")}`,
    ...stages.flatMap((stage) => [
      "",
      stage,
      ...lines.filter((line) => line.stage === stage).map((line) => formatLine(line, width)),
    ]),
    ...(skipped.length > 0 ? ["", "skipped"] : []),
    ...skipped.map(({ what, why }) => `  ${what}: ${why}`),
    "",
    `${ok ? "equal" : "NOT equal"}: ${lines.length - wrong} of ${lines.length} comparisons hold${skipped.length > 0 ? `, ${skipped.length} skipped` : ""}`,
    "",
  ].join("\n");
}

function formatLine({ what, difference, tolerance, ok, detail }: ParityLine, width: number): string {
  const sign = ok ? "≤" : ">";
  const found = tolerance === 0 ? `${difference} differ` : `${difference.toExponential(1)} ${sign} ${tolerance}`;
  return `  ${ok ? "ok  " : "FAIL"}  ${what.padEnd(width)}  ${found.padEnd(16)}  ${detail}`.trimEnd();
}
