import { createHash } from "node:crypto";
import { encodeJson, encodeModel, type ObjectStore, outputLayout, runLayout, type Success } from "@pomona/core";
import {
  createMomentsAccumulator,
  createTypescriptCrossProduct,
  fitPca,
  fitScaler,
  pcaToMlPcaJson,
  projectRows,
  scaleRows,
  scalerToJson,
} from "@pomona/stats";
import { MemoryStore } from "@pomona/store";
import * as arrow from "apache-arrow";
import { Compression, Table, WriterPropertiesBuilder, writeParquet } from "parquet-wasm";

const d = 6;
const k = 2;
const rowGroup = 8;
const run = "20260101-120000-abcdef";

/** All of a small result before it is written, so that a test can break one thing. */
export interface Draft {
  paths: string[];
  labels: string[];
  features: Float32Array;
  scaled: Float32Array;
  pca: Float64Array;
  /** Rows per part. */
  parts: number[];
  success: Success;
  /** Runs just before `_SUCCESS` is made from what lies in the store. */
  csv: string;
  quarantineCsv: string;
}

/** A valid result of 40 rows in two parts with a constant column, a comma and a line break in a path, after `change`. */
export async function makeOutput(
  change: (draft: Draft) => void = () => {},
  { cleaned = false }: { cleaned?: boolean } = {},
): Promise<ObjectStore> {
  const rows = 40;
  const paths = Array.from({ length: rows }, (_, i) => `file:///data/${i < 20 ? "apple" : "pear"}/${1000 + i}.jpg`);
  paths[39] = 'file:///data/pear/2\n"x",🍎.jpg';
  const features = Float32Array.from({ length: rows * d }, (_, at) =>
    at % d === 3 ? 0.25 : Math.sin(at * at) * (1 + (at % d)) + (at % d),
  );
  const accumulator = createMomentsAccumulator({ dimension: d, crossProduct: createTypescriptCrossProduct() });
  await accumulator.push(features);
  const moments = await accumulator.finish();
  const scaler = fitScaler(moments);
  const pca = fitPca({ moments, components: k });
  const scaled = scaleRows(scaler, features);
  const draft: Draft = {
    paths,
    labels: paths.map((path) => path.split("/").at(-2) as string),
    features,
    scaled,
    pca: projectRows(pca, scaled),
    parts: [24, 16],
    csv: `path,label,pca_1,pca_2\n${paths.map((path) => `"${path.replaceAll('"', '""')}",x,1,2\n`).join("")}`,
    quarantineCsv: "path,label,stage,reason,detail\na,b,decode,truncated,c\n",
    success: {
      name: "pomona.success",
      version: 1,
      run,
      generation: 1,
      input: "file:///data/",
      listedAt: "2026-01-01T12:00:00Z",
      finishedAt: "2026-01-01T12:00:01Z",
      books: { listed: 41, featurized: 40, quarantined: 1, missing: 0, duplicates: 0 },
      quarantinedByReason: { truncated: 1 },
      labels: { apple: 20, pear: 20 },
      parts: [],
      model: {
        dimension: d,
        components: k,
        explainedVariance: Array.from(pca.explainedVarianceRatio),
        constantColumns: 1,
        warnings: [],
      },
      csv: "compact",
      fingerprint: {},
      untrained: false,
      seconds: {},
      stages: {},
      versions: {},
    },
  };
  change(draft);
  const out = new MemoryStore();
  await out.put(outputLayout.scaler, encodeJson(scalerToJson(scaler)));
  await out.put(outputLayout.pca, encodeJson(pcaToMlPcaJson(pca)));
  if (!cleaned) {
    const { explainedVarianceRatio: explainedVariance, components: loadings, eigenvalues, rank } = pca;
    const model = { ...scaler, generation: 1, dimension: d, components: k, rank, loadings, eigenvalues };
    await out.put(runLayout(run).generation(1).model, encodeModel({ ...model, explainedVariance, warnings: [] }));
  }
  await out.put(outputLayout.csv, Buffer.from(draft.csv));
  await out.put(outputLayout.quarantine, Buffer.from(draft.quarantineCsv));
  const parts: Success["parts"] = [];
  let from = 0;
  for (const [n, count] of draft.parts.entries()) {
    const bytes = partBytes(draft, from, from + count);
    const key = outputLayout.parquetPart(n);
    await out.put(key, bytes);
    parts.push({ key, rows: count, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") });
    from += count;
  }
  const success = { ...draft.success, parts: draft.success.parts.length > 0 ? draft.success.parts : parts };
  await out.put(outputLayout.success, encodeJson(success));
  return out;
}

function partBytes({ paths, labels, features, scaled, pca }: Draft, from: number, to: number): Uint8Array {
  const width = pca.length / paths.length;
  const columns = {
    path: text(paths.slice(from, to)),
    label: text(labels.slice(from, to)),
    features: vectors(features.subarray(from * d, to * d), d, new arrow.Float32()),
    scaledFeatures: vectors(scaled.subarray(from * d, to * d), d, new arrow.Float32()),
    pcaFeatures: vectors(pca.subarray(from * width, to * width), width, new arrow.Float64()),
  };
  const table = Table.fromIPCStream(arrow.tableToIPC(new arrow.Table(columns), "stream"));
  const properties = new WriterPropertiesBuilder()
    .setCompression(Compression.SNAPPY)
    .setDictionaryEnabled(false)
    .setMaxRowGroupSize(rowGroup)
    .build();
  return writeParquet(table, properties);
}

function text(values: string[]) {
  return arrow.vectorFromArray(values, new arrow.Utf8());
}

function vectors(values: Float32Array | Float64Array, size: number, type: arrow.Float32 | arrow.Float64) {
  const list = new arrow.FixedSizeList(size, new arrow.Field("element", type as arrow.Float32, false));
  const child = arrow.makeData({ type: type as arrow.Float32, data: values as Float32Array });
  return arrow.makeVector(arrow.makeData({ type: list, length: values.length / size, nullCount: 0, child }));
}
