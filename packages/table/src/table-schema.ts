import type { ModelConfig } from "@pomona/core";
import {
  type Data,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  TimestampMillisecond,
  Utf8,
} from "apache-arrow";

export type ExtraColumn = ModelConfig["columns"][number];

/** n rows of the table, column by column. */
export interface TableRows {
  readonly path: readonly string[];
  readonly label: readonly string[];
  /** [n, d] */
  readonly features: Float32Array;
  /** [n, d] */
  readonly scaledFeatures: Float32Array;
  /** [n, k] */
  readonly pcaFeatures: Float64Array;
  /** Milliseconds since 1970. */
  readonly modificationTime: readonly (number | undefined)[];
  /** Bytes. */
  readonly length: readonly (number | undefined)[];
  readonly etag: readonly (string | undefined)[];
}

export interface TableShape {
  /** d */
  readonly dimension: number;
  /** k */
  readonly components: number;
  readonly extra: readonly ExtraColumn[];
}

type Vector = FixedSizeList<Float32> | FixedSizeList<Float64>;

/**
 * The columns of the table. The values of a list are called `element`, as the Parquet specification has it.
 * What a listing may not tell may be null: a folder has no etags, a list of keys nothing but keys.
 */
export function tableSchema({ dimension, components, extra }: TableShape): Schema {
  const features = listOf(dimension, new Float32());
  const optional: Record<ExtraColumn, Field> = {
    modificationTime: new Field("modificationTime", new TimestampMillisecond("UTC"), true),
    length: new Field("length", new Int64(), true),
    etag: new Field("etag", new Utf8(), true),
  };
  return new Schema([
    new Field("path", new Utf8(), false),
    new Field("label", new Utf8(), false),
    new Field("features", features, false),
    new Field("scaledFeatures", features, false),
    new Field("pcaFeatures", listOf(components, new Float64()), false),
    ...extra.map((name) => optional[name]),
  ]);
}

const columnData: Record<string, (rows: TableRows, type: never) => Data> = {
  path: ({ path }) => textData(path),
  label: ({ label }) => textData(label),
  features: ({ features }, type: FixedSizeList<Float32>) => vectorData(type, features),
  scaledFeatures: ({ scaledFeatures }, type: FixedSizeList<Float32>) => vectorData(type, scaledFeatures),
  pcaFeatures: ({ pcaFeatures }, type: FixedSizeList<Float64>) => vectorData(type, pcaFeatures),
  modificationTime: ({ modificationTime }, type: TimestampMillisecond) =>
    makeData({ type, ...presence(modificationTime), data: wholeNumbers(modificationTime) }),
  length: ({ length }) => makeData({ type: new Int64(), ...presence(length), data: wholeNumbers(length) }),
  etag: ({ etag }) => textData(etag),
};

/** Rows as one Arrow record batch, sharing their vectors. */
export function toRecordBatch(schema: Schema, rows: TableRows): RecordBatch {
  const children = schema.fields.map(({ name, type }) => {
    const make = columnData[name];
    if (make === undefined) throw new TypeError(`the table has no column ${name}`);
    return make(rows, type as never);
  });
  const type = new Struct(schema.fields);
  return new RecordBatch(schema, makeData({ type, length: rows.path.length, nullCount: 0, children }));
}

function listOf<T extends Float32 | Float64>(size: number, type: T): FixedSizeList<T> {
  return new FixedSizeList(size, new Field("element", type, false));
}

function vectorData(type: Vector, values: Float32Array | Float64Array): Data {
  const valueType = type.children[0]?.type ?? new Float32();
  const child = makeData({ type: valueType as Float32, data: values as Float32Array });
  return makeData({ type: type as FixedSizeList<Float32>, length: values.length / type.listSize, nullCount: 0, child });
}

function wholeNumbers(values: readonly (number | undefined)[]): BigInt64Array {
  return BigInt64Array.from(values, (value) => BigInt(Math.trunc(value ?? 0)));
}

/** Undefined becomes null. */
function presence(values: readonly unknown[]): { length: number; nullCount: number; nullBitmap?: Uint8Array } {
  const nullBitmap = new Uint8Array(Math.ceil(values.length / 8));
  let nullCount = 0;
  for (const [i, value] of values.entries()) {
    if (value === undefined) nullCount++;
    else nullBitmap[i >> 3] = (nullBitmap[i >> 3] ?? 0) | (1 << (i & 7));
  }
  return { length: values.length, nullCount, ...(nullCount > 0 && { nullBitmap }) };
}

function textData(values: readonly (string | undefined)[]): Data<Utf8> {
  const valueOffsets = new Int32Array(values.length + 1);
  for (const [i, value] of values.entries()) {
    valueOffsets[i + 1] = (valueOffsets[i] ?? 0) + Buffer.byteLength(value ?? "");
  }
  // Not from Buffer's pool: Arrow's writer joins pieces of one ArrayBuffer.
  const data = new TextEncoder().encode(values.join(""));
  return makeData({ type: new Utf8(), ...presence(values), valueOffsets, data });
}
