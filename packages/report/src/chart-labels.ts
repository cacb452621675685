import type { TopLevelSpec } from "vega-lite";
import { chartWidth, token } from "./chart-theme.ts";
import type { ReportData } from "./report-data.ts";

const maxBars = 40;

export function labelsChart({ labels }: ReportData): TopLevelSpec | undefined {
  if (labels.length < 2) return undefined;
  const shown = labels.slice(0, maxBars);
  const y = { field: "label", type: "nominal" as const, sort: null, title: null, axis: { labelLimit: 240 } };
  return {
    width: chartWidth - 220,
    height: { step: 22 },
    data: { values: shown.map(({ label, rows }) => ({ label, rows })) },
    encoding: { y, x: { field: "rows", type: "quantitative", title: "images", axis: { tickMinStep: 1 } } },
    layer: [
      { mark: { type: "bar", cornerRadiusEnd: 3, color: token.accent, height: 14 } },
      {
        mark: { type: "text", align: "left", dx: 6, color: token.muted, fontSize: 12 },
        encoding: { text: { field: "rows", format: ",d" } },
      },
    ],
  };
}
