import type { ObjectStore, Success } from "@pomona/core";
import { openParquet } from "@pomona/table";
import type { RecordBatch } from "apache-arrow";
import { textsOf, vectorsOf } from "./read-table.ts";
import { createRowSampler } from "./row-sample.ts";

/** Rows that were drawn from the table, in its order. */
export interface SampledRows {
  readonly paths: readonly string[];
  readonly labels: readonly string[];
  /** [m, d] */
  readonly features: Float32Array;
  /** [m, k] */
  readonly pcaFeatures: Float64Array;
}

/** One pass over the table. */
export interface TableSurvey {
  /** [n] Euclidean norms of the features. */
  readonly norms: Float64Array;
  /** [d] rows in which a feature is not 0. */
  readonly active: Float64Array;
  readonly sample: SampledRows;
}

export interface SurveyOptions {
  /** Rows to draw, at most. */
  readonly sampleSize: number;
  readonly seed: number;
}

/** Memory: one row group, eight bytes a row, and the sample. Only the columns that are looked at are read. */
export async function surveyTable(
  out: ObjectStore,
  { parts, model }: Success,
  { sampleSize, seed }: SurveyOptions,
): Promise<TableSurvey> {
  const { dimension: d, components: k } = model;
  const n = parts.reduce((sum, { rows }) => sum + rows, 0);
  const m = Math.min(n, sampleSize);
  const sampler = createRowSampler({ size: sampleSize, of: n, seed });
  const norms = new Float64Array(n);
  const active = new Float64Array(d);
  const features = new Float32Array(m * d);
  const pcaFeatures = new Float64Array(m * k);
  const paths: string[] = [];
  const labels: string[] = [];
  let row = 0;
  for await (const batch of batchesOf(out, parts, ["path", "label", "features", "pcaFeatures"])) {
    const [path, label] = [textsOf(batch, "path"), textsOf(batch, "label")];
    const values = vectorsOf(batch, "features", Float32Array);
    const scores = vectorsOf(batch, "pcaFeatures", Float64Array);
    for (let i = 0; i < batch.numRows; i++, row++) {
      norms[row] = measureRow(values, i * d, active);
      if (!sampler.next()) continue;
      features.set(values.subarray(i * d, (i + 1) * d), paths.length * d);
      pcaFeatures.set(scores.subarray(i * k, (i + 1) * k), paths.length * k);
      paths.push(path(i));
      labels.push(label(i));
    }
  }
  return { norms, active, sample: { paths, labels, features, pcaFeatures } };
}

/** Path and label of some rows, by their number in the table. */
export async function readRowNames(
  out: ObjectStore,
  { parts }: Success,
  rows: readonly number[],
): Promise<Map<number, { readonly path: string; readonly label: string }>> {
  const wanted = new Set(rows);
  const names = new Map<number, { path: string; label: string }>();
  let first = 0;
  if (wanted.size === 0) return names;
  for await (const batch of batchesOf(out, parts, ["path", "label"])) {
    const [path, label] = [textsOf(batch, "path"), textsOf(batch, "label")];
    for (let i = 0; i < batch.numRows; i++) {
      if (wanted.has(first + i)) names.set(first + i, { path: path(i), label: label(i) });
    }
    first += batch.numRows;
  }
  return names;
}

async function* batchesOf(
  out: ObjectStore,
  parts: Success["parts"],
  columns: readonly string[],
): AsyncGenerator<RecordBatch> {
  for (const { key, bytes } of parts) {
    const file = await openParquet(out, key, bytes);
    for await (const table of file.tables(columns)) yield* table.batches;
    file.close();
  }
}

/** The norm of the row that starts at `from`; counts its values that are not 0. */
function measureRow(values: Float32Array, from: number, active: Float64Array): number {
  let square = 0;
  for (let j = 0; j < active.length; j++) {
    const value = values[from + j] as number;
    if (value === 0) continue;
    square += value * value;
    active[j] = (active[j] as number) + 1;
  }
  return Math.sqrt(square);
}
