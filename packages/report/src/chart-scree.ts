import type { TopLevelSpec } from "vega-lite";
import { chartWidth, token } from "./chart-theme.ts";
import type { ReportData } from "./report-data.ts";

const screeComponents = 60;

export function screeChart({ variance }: ReportData): TopLevelSpec {
  let sum = 0;
  const shown = Math.min(variance.rank, Math.max(screeComponents, Math.min(variance.kept, 300)));
  const values = variance.ratios.slice(0, shown).map((ratio, i) => {
    sum += ratio;
    return { component: i + 1, ratio, sum, kept: i < variance.kept };
  });
  const x = {
    field: "component",
    type: "quantitative" as const,
    title: "component",
    scale: { domain: [0.4, shown + 0.6], nice: false },
    axis: { grid: false, tickMinStep: 1 },
  };
  return {
    width: chartWidth,
    height: 300,
    data: { values },
    layer: [
      {
        transform: [
          { calculate: "datum.component - 0.4", as: "from" },
          { calculate: "datum.component + 0.4", as: "to" },
        ],
        mark: { type: "rect", cornerRadiusTopLeft: 2, cornerRadiusTopRight: 2 },
        encoding: {
          x: { ...x, field: "from" },
          x2: { field: "to" },
          y: { field: "ratio", type: "quantitative", axis: { format: ".0%", title: "of the variance, each" } },
          y2: { datum: 0 },
          color: { condition: { test: "datum.kept", value: token.accent }, value: token.line },
        },
      },
      {
        mark: { type: "line", strokeWidth: 2, color: token.second, interpolate: "monotone" },
        encoding: {
          x,
          y: {
            field: "sum",
            type: "quantitative",
            scale: { domain: [0, 1] },
            axis: { format: ".0%", title: "all up to here", grid: false, titleColor: token.second },
          },
        },
      },
    ],
    resolve: { scale: { y: "independent" } },
  };
}
