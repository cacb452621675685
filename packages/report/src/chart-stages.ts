import { bucketBounds, stages } from "@pomona/core";
import type { TopLevelSpec } from "vega-lite";
import { chartWidth, token } from "./chart-theme.ts";
import type { ReportData } from "./report-data.ts";

export function stagesChart({ time }: ReportData): TopLevelSpec | undefined {
  if (time.stages.length === 0) return undefined;
  const longest = bucketBounds.at(-2) ?? 1;
  const values = time.stages.map(({ stage, p50Ms, p95Ms, p99Ms, meanMs, share }) => ({
    stage,
    p50: p50Ms ?? longest,
    p95: p95Ms ?? longest,
    p99: p99Ms ?? longest,
    mean: meanMs,
    share,
  }));
  const y = { field: "stage", type: "nominal" as const, sort: [...stages], title: null };
  const x = {
    type: "quantitative" as const,
    scale: { type: "log" as const },
    title: "milliseconds an image (half, 95 %, 99 % are below; ◆ mean)",
  };
  return {
    width: chartWidth - 100,
    height: { step: 34 },
    data: { values },
    encoding: { y },
    layer: [
      {
        mark: { type: "bar", height: 4, color: token.line },
        encoding: { x: { ...x, field: "p50" }, x2: { field: "p99" } },
      },
      {
        mark: { type: "bar", height: 10, color: token.accent, opacity: 0.75, cornerRadius: 3 },
        encoding: { x: { ...x, field: "p50" }, x2: { field: "p95" } },
      },
      {
        mark: { type: "tick", height: 18, thickness: 2, color: token.accent },
        encoding: { x: { ...x, field: "p50" } },
      },
      {
        mark: { type: "point", shape: "diamond", filled: true, size: 70, color: token.second, opacity: 1 },
        encoding: { x: { ...x, field: "mean" } },
      },
    ],
  };
}
