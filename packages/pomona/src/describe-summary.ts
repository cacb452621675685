import { formatCount, formatDuration, formatRate } from "./format.ts";
import type { RunSummary } from "./run-summary.ts";

/** The last words of a run for people. */
export function describeSummary(summary: RunSummary): string {
  const { outcome, out, run, images, featurized, quarantined, labels, generation } = summary;
  const lines: string[] = [];
  if (summary.untrained) {
    lines.push("WARNING: the network is random (--weights untrained): these numbers describe nothing.");
  }
  if (outcome === "finished") {
    lines.push(`Nothing to do: run ${run} finished this; its input was listed at ${summary.listedAt}.`);
    lines.push("--check-input shows what is new since, --overwrite starts again.");
  }
  lines.push(
    `${formatCount(images, "image")} with ${formatCount(labels, "label")}: ${featurized} featurized, ${quarantined} quarantined`,
  );
  for (const [reason, n] of Object.entries(summary.quarantinedByReason))
    lines.push(`  ${reason}: ${n} (see quarantine.csv)`);
  const shares = summary.explainedVariance.slice(0, 10).map((share) => share.toFixed(8));
  const more = summary.components > 10 ? ", …" : "";
  lines.push(`${formatCount(summary.components, "component")}, explained variance ratio [${shares.join(", ")}${more}]`);
  for (const warning of summary.warnings) lines.push(`Warning: ${warning}`);
  if (summary.update !== undefined) lines.push(...describeUpdate(summary.update));
  if (outcome === "done") {
    const again = summary.resumedImages > 0 ? `, ${summary.resumedImages} already stored` : "";
    const rate = summary.decodedImages > 0 ? `, ${formatRate(summary.imagesPerSecond, "images")}` : "";
    lines.push(
      `${summary.decodedImages} decoded${again}${rate}, ${formatDuration(summary.seconds)} in all${generation > 1 ? `, generation ${generation}` : ""}`,
    );
  }
  lines.push(`Result: ${out}`);
  return `${lines.join("\n")}\n`;
}

function describeUpdate({ from, reused, drift }: NonNullable<RunSummary["update"]>): string[] {
  const { fresh, capturedBefore, capturedFresh, principalAngle, refitDue } = drift;
  const share = (value: number | null): string => (value === null ? "–" : `${(100 * value).toFixed(1)} %`);
  const angle = principalAngle === null ? "" : `, components turned by ${principalAngle.toFixed(1)}°`;
  return [
    `Update of ${from}: ${reused} taken over, ${fresh} new or changed`,
    `Drift: the earlier model captures ${share(capturedFresh)} of the variance of what is new, ${share(capturedBefore)} of its own${angle}: ${refitDue ? "it no longer fits" : "it still fits"}`,
  ];
}
