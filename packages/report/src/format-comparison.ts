import type { TableComparison } from "./comparison.ts";
import type { VectorDifference } from "./vector-difference.ts";

/** The comparison as lines for a terminal. */
export function formatComparison(comparison: TableComparison): string {
  const { a, b, same, faults, below, rows, labelChanges, features, scaledFeatures, pcaFeatures } = comparison;
  const lines = [
    `a  ${a}: ${rows.a} rows`,
    `b  ${b}: ${rows.b} rows`,
    ...(below === null ? [] : [`   no path is in both; compared below ${below[0]} and ${below[1]}`]),
    "",
    `  rows in both    ${rows.both}`,
    ...only("a", rows.onlyACount, rows.onlyA),
    ...only("b", rows.onlyBCount, rows.onlyB),
    `  label changes   ${labelChanges.count}`,
    ...labelChanges.examples.map((change) => `    ${change.path}: ${change.a} → ${change.b}`),
    `  features        ${vectorLine(features)}`,
    `  scaledFeatures  ${vectorLine(scaledFeatures)}`,
  ];
  if (pcaFeatures === null) lines.push("  pcaFeatures     in one table only");
  else {
    const { components, largest, turned, angle, variance } = pcaFeatures;
    const signs = turned === 0 ? "" : ` after turning the sign of ${turned}`;
    lines.push(
      `  pcaFeatures     ${components} components, at most ${digits(largest)} apart${signs}`,
      `  subspace angle  ${angle === null ? "undefined: the components have no full rank" : `${digits(angle)} rad (${digits((angle * 180) / Math.PI)}°)`}`,
      `  variances       at most ${digits(variance)} apart, relatively`,
    );
  }
  lines.push("", same ? "the same within the tolerances" : `NOT the same: ${faults.join("; ")}`, "");
  return lines.join("\n");
}

function only(name: string, count: number, examples: readonly string[]): string[] {
  if (count === 0) return [];
  const more = count > examples.length ? [`    … and ${count - examples.length} more`] : [];
  return [`  only in ${name}       ${count}`, ...examples.map((path) => `    ${path}`), ...more];
}

function vectorLine(difference: VectorDifference | null): string {
  if (difference === null) return "in one table only";
  const { widths, largest, mean, worst } = difference;
  const width = widths[0] === widths[1] ? `${widths[0]} numbers` : `${widths[0]} and ${widths[1]} numbers`;
  return `${width}, at most ${digits(largest)} apart, ${digits(mean)} on average${largest > 0 ? ` (${worst})` : ""}`;
}

function digits(value: number): string {
  return String(Number(value.toPrecision(3)));
}
