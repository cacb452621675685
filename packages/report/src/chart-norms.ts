import type { TopLevelSpec } from "vega-lite";
import { chartWidth, token } from "./chart-theme.ts";
import type { ReportData } from "./report-data.ts";

export function normsChart({ norms }: ReportData): TopLevelSpec {
  const { histogram, median, limit, mad } = norms;
  const values = histogram.counts.map((images, i) => ({
    from: histogram.from + i * histogram.step,
    to: histogram.from + (i + 1) * histogram.step,
    images,
  }));
  const rules = [{ at: median, what: "median" }];
  if (mad > 0) rules.push({ at: median - limit, what: "limit" }, { at: median + limit, what: "limit" });
  const shown = rules.filter(({ at }) => at >= norms.min && at <= norms.max);
  return {
    width: chartWidth,
    height: 200,
    layer: [
      {
        data: { values },
        mark: { type: "rect", color: token.accent, stroke: token.paper },
        encoding: {
          x: {
            field: "from",
            type: "quantitative",
            title: "norm of the features",
            scale: { zero: false },
            axis: { grid: false },
          },
          x2: { field: "to" },
          y: { field: "images", type: "quantitative", title: "images", axis: { tickMinStep: 1 } },
          y2: { datum: 0 },
        },
      },
      {
        data: { values: shown },
        mark: { type: "rule", strokeDash: [4, 4], color: token.second, strokeWidth: 1.5 },
        encoding: { x: { field: "at", type: "quantitative" } },
      },
      {
        data: { values: shown },
        mark: { type: "text", align: "left", baseline: "top", dx: 5, y: 4, color: token.second, fontSize: 11 },
        encoding: { x: { field: "at", type: "quantitative" }, text: { field: "what" } },
      },
    ],
  };
}
