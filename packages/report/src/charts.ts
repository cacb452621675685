import type { TopLevelSpec } from "vega-lite";
import { confusionChart } from "./chart-confusion.ts";
import { labelsChart } from "./chart-labels.ts";
import { mapChart } from "./chart-map.ts";
import { normsChart } from "./chart-norms.ts";
import { screeChart } from "./chart-scree.ts";
import { stagesChart } from "./chart-stages.ts";
import type { ReportData } from "./report-data.ts";

export type ChartName = "map" | "scree" | "labels" | "confusion" | "strangers" | "norms" | "stages";

/** What each chart shows of a report; undefined where there is nothing to show. */
export const charts: Readonly<Record<ChartName, (data: ReportData) => TopLevelSpec | undefined>> = {
  map: mapChart,
  scree: screeChart,
  labels: labelsChart,
  confusion: ({ neighbours }) => confusionChart(neighbours.labels, neighbours.confusion),
  strangers: ({ neighbours }) => confusionChart(neighbours.labels, neighbours.withoutSeries?.confusion ?? null),
  norms: normsChart,
  stages: stagesChart,
};
