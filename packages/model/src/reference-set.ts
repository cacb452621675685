import { PomonaError } from "@pomona/core";
import {
  Field,
  FixedSizeList,
  Float64,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  Schema,
  Struct,
  tableFromIPC,
  Utf8,
} from "apache-arrow";

/** Rows of the table that new images are compared with. */
export interface ReferenceSet {
  /** `[n]`, as in the table. */
  readonly paths: readonly string[];
  /** `[n]` */
  readonly labels: readonly string[];
  /** n × k, the table's `pcaFeatures`. */
  readonly pcaFeatures: Float64Array;
  /** k */
  readonly components: number;
  /** Rows of the table that they were chosen from. */
  readonly of: number;
}

/** One Arrow file (IPC), which pandas, Polars and DuckDB read: `path`, `label`, `pcaFeatures`, a row an image. */
export function encodeReferenceSet({ paths, labels, pcaFeatures, components, of }: ReferenceSet): Uint8Array {
  const vector = new FixedSizeList(components, new Field("element", new Float64(), false));
  const fields = [
    new Field("path", new Utf8(), false),
    new Field("label", new Utf8(), false),
    new Field("pcaFeatures", vector, false),
  ];
  const metadata = new Map([
    ["name", "pomona.reference"],
    ["version", "1"],
    ["of", String(of)],
  ]);
  const length = paths.length;
  const children = [
    textData(paths),
    textData(labels),
    makeData({ type: vector, length, nullCount: 0, child: makeData({ type: new Float64(), data: pcaFeatures }) }),
  ];
  const schema = new Schema(fields, metadata);
  const writer = new RecordBatchFileWriter();
  writer.reset(undefined, schema);
  writer.write(new RecordBatch(schema, makeData({ type: new Struct(fields), length, nullCount: 0, children })));
  writer.finish();
  return writer.toUint8Array(true);
}

/** Throws {@link PomonaError} `unreadable-model` where the bytes are none of this version. */
export function decodeReferenceSet(bytes: Uint8Array, key: string): ReferenceSet {
  const table = readTable(bytes, key);
  const { metadata } = table.schema;
  const record = table.batches[0];
  const vectors = record?.getChild("pcaFeatures")?.data[0];
  const values: unknown = vectors?.children[0]?.values;
  if (metadata.get("name") !== "pomona.reference" || metadata.get("version") !== "1")
    throw unreadable(key, "another file");
  if (vectors === undefined || !(values instanceof Float64Array)) throw unreadable(key, "it holds no vectors");
  const components = vectors.stride;
  const texts = (name: string): string[] => Array.from(record?.getChild(name) ?? [], String);
  return {
    paths: texts("path"),
    labels: texts("label"),
    // Arrow pads buffers to 8 bytes, and its typed arrays show the padding.
    pcaFeatures: values.slice(0, vectors.length * components),
    components,
    of: Number(metadata.get("of")),
  };
}

function readTable(bytes: Uint8Array, key: string) {
  try {
    return tableFromIPC(bytes);
  } catch (error) {
    throw unreadable(key, error instanceof Error ? error.message : String(error));
  }
}

function unreadable(key: string, why: string): PomonaError {
  return new PomonaError("unreadable-model", `${key} is no reference set that this version reads: ${why}`, {
    remedy: "Use the version of Pomona that wrote it, or make the result anew.",
  });
}

function textData(values: readonly string[]) {
  const valueOffsets = new Int32Array(values.length + 1);
  for (const [i, value] of values.entries()) {
    valueOffsets[i + 1] = (valueOffsets[i] ?? 0) + Buffer.byteLength(value);
  }
  const data = new TextEncoder().encode(values.join(""));
  return makeData({ type: new Utf8(), length: values.length, nullCount: 0, valueOffsets, data });
}
