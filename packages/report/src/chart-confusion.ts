import type { TopLevelSpec } from "vega-lite";
import { token } from "./chart-theme.ts";

/** Labels that a matrix is still legible with. */
const maxConfusionCells = 40;

export function confusionChart(
  labels: readonly string[],
  confusion: readonly (readonly number[])[] | null,
): TopLevelSpec | undefined {
  if (confusion === null || labels.length < 2 || labels.length > maxConfusionCells) return undefined;
  const values = confusion.flatMap((row, i) => {
    const rows = row.reduce((sum, n) => sum + n, 0);
    return row.map((n, j) => ({ label: labels[i], taken: labels[j], n, share: n / rows, right: i === j }));
  });
  const size = labels.length > 20 ? 22 : labels.length > 10 ? 30 : 44;
  const axis = { labelLimit: 200, domain: false, ticks: false } as const;
  return {
    width: { step: size },
    height: { step: size },
    data: { values },
    encoding: {
      x: { field: "taken", type: "nominal", sort: [...labels], title: "taken for", axis: { ...axis, labelAngle: -40 } },
      y: { field: "label", type: "nominal", sort: [...labels], title: "is", axis },
    },
    layer: [
      {
        mark: { type: "rect", cornerRadius: 3, stroke: token.line, strokeWidth: 1 },
        encoding: {
          color: { condition: { test: "datum.right", value: token.second }, value: token.accent },
          fillOpacity: {
            field: "share",
            type: "quantitative",
            scale: { domain: [0, 1], range: [0, 0.9] },
            legend: null,
          },
        },
      },
      {
        transform: [{ filter: "datum.n > 0" }],
        mark: { type: "text", fontSize: size > 30 ? 12 : 10, color: token.ink },
        encoding: { text: { field: "n", type: "quantitative" } },
      },
    ],
  };
}
