import { createHash } from "node:crypto";
import { encodeJson, type ObjectStore, outputLayout, type Success } from "@pomona/core";
import {
  createMomentsAccumulator,
  createOnnxruntimeCrossProduct,
  fitPca,
  fitScaler,
  type Pca,
  pcaToMlPcaJson,
  projectRows,
  type Scaler,
  scaleRows,
  scalerToJson,
  seededRandom,
} from "@pomona/stats";
import { encodeParquet, tableSchema, toRecordBatch } from "@pomona/table";

export interface SyntheticResultOptions {
  readonly rows: number;
  readonly labels: number;
  /** Principal components. */
  readonly components: number;
}

const dimension = 1280;
const rowsPerGroup = 1024;
const rowsPerPart = 16_384;

/**
 * Writes a finished result of made-up images: each label has a centre of its own, and values below 0 become 0, so that
 * rows are sparse and lie in clusters as real features do. The model is fitted to the first 4096 rows.
 */
export async function writeSyntheticResult(out: ObjectStore, options: SyntheticResultOptions): Promise<void> {
  const { rows, labels, components } = options;
  const source = featureSource(labels);
  const model = await fitTo(source, Math.min(rows, 4096), components);
  const schema = tableSchema({ dimension, components, extra: [] });
  const parts: Success["parts"] = [];
  for (let from = 0; from < rows; from += rowsPerPart) {
    const to = Math.min(rows, from + rowsPerPart);
    const batches = (async function* () {
      for (let at = from; at < to; at += rowsPerGroup) {
        yield toRecordBatch(schema, tableRows(source, model, at, Math.min(to, at + rowsPerGroup)));
      }
    })();
    const pieces: Uint8Array[] = [];
    for await (const piece of encodeParquet(batches, { rowsPerGroup })) pieces.push(piece);
    const bytes = Buffer.concat(pieces);
    const key = outputLayout.parquetPart(parts.length);
    await out.put(key, bytes);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    parts.push({ key, rows: to - from, bytes: bytes.length, sha256 });
  }
  await out.put(outputLayout.scaler, encodeJson(scalerToJson(model.scaler)));
  await out.put(outputLayout.pca, encodeJson(pcaToMlPcaJson(model.pca)));
  await out.put(outputLayout.quarantine, Buffer.from("path,label,stage,reason,detail\n"));
  await out.put(outputLayout.success, encodeJson(successOf(options, model, parts)));
}

interface Model {
  readonly scaler: Scaler;
  readonly pca: Pca;
}

interface FeatureSource {
  labelOf(row: number): string;
  /** [to − from, 1280], the same for the same rows. */
  features(from: number, to: number): Float32Array;
}

function featureSource(labels: number): FeatureSource {
  const random = seededRandom(1);
  const centres = Float32Array.from({ length: labels * dimension }, () => 2 * random() - 1);
  const numberOf = (row: number): number => row % labels;
  return {
    labelOf: (row) => `label_${String(numberOf(row)).padStart(3, "0")}`,
    features(from, to) {
      const values = new Float32Array((to - from) * dimension);
      for (let row = from; row < to; row++) {
        const noise = seededRandom(row + 2);
        const centre = numberOf(row) * dimension;
        for (let j = 0; j < dimension; j++) {
          const value = (centres[centre + j] ?? 0) + 1.2 * (noise() - 0.5);
          values[(row - from) * dimension + j] = Math.max(0, value);
        }
      }
      return values;
    },
  };
}

async function fitTo(source: FeatureSource, rows: number, components: number): Promise<Model> {
  const { crossProduct, release } = await createOnnxruntimeCrossProduct({ dimension });
  const accumulator = createMomentsAccumulator({ dimension, crossProduct });
  await accumulator.push(source.features(0, rows));
  const moments = await accumulator.finish();
  await release();
  return { scaler: fitScaler(moments), pca: fitPca({ moments, components }) };
}

function tableRows(source: FeatureSource, { scaler, pca }: Model, from: number, to: number) {
  const numbers = Array.from({ length: to - from }, (_, i) => from + i);
  const features = source.features(from, to);
  const scaledFeatures = scaleRows(scaler, features);
  const label = numbers.map(source.labelOf);
  return {
    path: numbers.map((n, i) => `s3://fruit/photos/${label[i]}/r${n % 7}_${String(n).padStart(7, "0")}_100.jpg`),
    label,
    features,
    scaledFeatures,
    pcaFeatures: projectRows(pca, scaledFeatures),
    modificationTime: [],
    length: [],
    etag: [],
  };
}

function successOf({ rows, labels }: SyntheticResultOptions, { scaler, pca }: Model, parts: Success["parts"]): Success {
  const counts = Array.from({ length: labels }, (_, i) => Math.floor((rows - i + labels - 1) / labels));
  return {
    name: "pomona.success",
    version: 1,
    run: "20260131-120000-bench0",
    generation: 1,
    input: "s3://fruit/photos/",
    listedAt: "2026-01-31T12:00:00Z",
    finishedAt: "2026-01-31T12:10:00Z",
    parts,
    books: { listed: rows, featurized: rows, quarantined: 0, missing: 0, duplicates: 0 },
    quarantinedByReason: {},
    labels: Object.fromEntries(counts.map((n, i) => [`label_${String(i).padStart(3, "0")}`, n])),
    model: {
      dimension,
      components: pca.k,
      explainedVariance: Array.from(pca.explainedVarianceRatio),
      constantColumns: scaler.constantColumns.length,
      warnings: [],
    },
    csv: "none",
    fingerprint: {},
    untrained: false,
    seconds: { featurizing: 580, reducing: 15, publishing: 1, total: 600 },
    stages: {},
    versions: { pomona: "bench" },
  };
}
