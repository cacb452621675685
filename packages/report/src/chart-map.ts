import type { TopLevelSpec } from "vega-lite";
import { chartWidth, labelColours, labelShapes } from "./chart-theme.ts";
import type { ReportData } from "./report-data.ts";

/** The labels of a map in the order of their colours: the most frequent first. */
export function mapLabels({ map, labels }: Pick<ReportData, "map" | "labels">): string[] {
  const present = new Set(map.map(({ label }) => label));
  return [...new Set([...labels.map(({ label }) => label), ...present])].filter((label) => present.has(label));
}

export function mapChart(data: ReportData): TopLevelSpec | undefined {
  const { map, variance, untrained } = data;
  if (map.length === 0) return undefined;
  const labels = mapLabels(data);
  const axis = (i: number): string => {
    const share = variance.ratios[i];
    return i >= variance.kept || share === undefined ? "–" : `component ${i + 1}, ${percent(share)} of the variance`;
  };
  return {
    ...(untrained && { title: "UNTRAINED NETWORK: these positions describe nothing" }),
    width: chartWidth,
    height: 520,
    data: { values: map.map(({ label, x, y }) => ({ label, x, y })) },
    mark: { type: "point", filled: true, size: map.length > 1500 ? 22 : 44, opacity: 0.78, stroke: null },
    encoding: {
      x: { field: "x", type: "quantitative", title: axis(0), scale: { zero: false, nice: true } },
      y: { field: "y", type: "quantitative", title: axis(1), scale: { zero: false, nice: true } },
      color: {
        field: "label",
        type: "nominal",
        scale: { domain: labels, range: labelColours(labels.length) },
        legend: null,
      },
      shape: {
        field: "label",
        type: "nominal",
        scale: { domain: labels, range: labels.map((_, i) => labelShapes[i % labelShapes.length] ?? "circle") },
        legend: null,
      },
    },
  };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
