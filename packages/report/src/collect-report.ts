import {
  decodeGenerationRequest,
  decodeRunFile,
  type Fingerprint,
  MissingObjectError,
  type ObjectStore,
  outputLayout,
  runLayout,
  type Success,
} from "@pomona/core";
import { readComparison } from "@pomona/model";
import { readPublishedModel } from "./read-model.ts";
import { readQuarantine } from "./read-quarantine.ts";
import { type Configuration, type MapPoint, maxLabels, type ReportData } from "./report-data.ts";
import { summariseClassifiers } from "./summarise-classifiers.ts";
import { summariseDimensions } from "./summarise-dimensions.ts";
import { summariseDuplicates } from "./summarise-duplicates.ts";
import { type SeriesOf, summariseNeighbours } from "./summarise-neighbours.ts";
import { summariseNorms } from "./summarise-norms.ts";
import { summariseTime } from "./summarise-time.ts";
import { summariseVariance } from "./summarise-variance.ts";
import { readRowNames, type SampledRows, type SurveyOptions, surveyTable } from "./survey-table.ts";

export interface CollectOptions extends SurveyOptions {
  readonly seriesOf: SeriesOf;
}

/** The numbers of a report: one pass over the table, then the sample with itself. */
export async function collectReport(
  out: ObjectStore,
  success: Success,
  { sampleSize, seed, seriesOf }: CollectOptions,
): Promise<ReportData> {
  const { scaler, pca } = await readPublishedModel(out);
  const compared = await readComparison(out, outputLayout.model);
  const { norms, active, sample } = await surveyTable(out, success, { sampleSize, seed });
  const { outlierRows, ...normSummary } = summariseNorms(norms);
  const names = await readRowNames(out, success, outlierRows);
  const labels = Object.entries(success.labels)
    .map(([label, rows]) => ({ label, rows }))
    .sort((a, b) => b.rows - a.rows);
  const { run, generation, input, listedAt, finishedAt, untrained, books, model, fingerprint, versions } = success;
  return {
    name: "pomona.report",
    version: 1,
    run,
    generation,
    input,
    listedAt,
    finishedAt,
    untrained,
    warnings: model.warnings,
    books,
    configuration: await readConfiguration(out, success),
    fingerprint: fingerprint as Partial<Fingerprint>,
    versions,
    time: summariseTime(success),
    variance: summariseVariance(pca),
    labels: labels.slice(0, maxLabels),
    labelCount: labels.length,
    sample: { rows: sample.paths.length, of: norms.length, seed },
    map: mapOf(sample, model.components),
    neighbours: summariseNeighbours(sample, seriesOf),
    classifiers: compared === undefined ? null : summariseClassifiers(compared, success.modelFrom),
    duplicates: summariseDuplicates(sample),
    dimensions: summariseDimensions(active, scaler, norms.length),
    norms: {
      ...normSummary,
      outliers: outlierRows.map((row) => ({
        path: names.get(row)?.path ?? "",
        label: names.get(row)?.label ?? "",
        norm: norms[row] ?? 0,
      })),
    },
    quarantine: await readQuarantine(out, success),
  };
}

function mapOf({ paths, labels, pcaFeatures }: SampledRows, k: number): MapPoint[] {
  return paths.map((path, row) => ({
    path,
    label: labels[row] ?? "",
    x: pcaFeatures[row * k] ?? 0,
    y: k > 1 ? (pcaFeatures[row * k + 1] ?? 0) : 0,
  }));
}

/** Null where `_run` was removed. */
async function readConfiguration(out: ObjectStore, { run, generation }: Success): Promise<Configuration | null> {
  const names = runLayout(run);
  const requested = names.generation(generation).request;
  try {
    return {
      features: decodeRunFile(await out.get(names.config), names.config).features,
      model: decodeGenerationRequest(await out.get(requested), requested).model,
    };
  } catch (error) {
    if (error instanceof MissingObjectError) return null;
    throw error;
  }
}
