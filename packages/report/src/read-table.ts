import type { ObjectStore } from "@pomona/core";
import { openParquet } from "@pomona/table";
import type { RecordBatch } from "apache-arrow";
import { columnType } from "./column-type.ts";
import type { Column } from "./validation.ts";

const vectorColumns = ["features", "scaledFeatures", "pcaFeatures"] as const;
export type VectorColumn = (typeof vectorColumns)[number];

/** A vector per row, one after the other. */
type Floats = Float32Array | Float64Array;

/** Consecutive rows of the table. The arrays are views that the next rows do not overwrite. */
export interface TableRows {
  readonly rows: number;
  path(row: number): string;
  label(row: number): string;
  /** [rows, d] */
  readonly features: Float32Array;
  /** [rows, d] */
  readonly scaledFeatures: Float32Array;
  /** [rows, k] */
  readonly pcaFeatures: Float64Array;
}

/** One file of the table, open. Memory is bounded by one row group, twice. */
export interface TablePart {
  readonly columns: readonly Column[];
  /** Of the vectors only those named are read, the others are empty; by default all are. */
  rows(vectors?: readonly VectorColumn[]): AsyncGenerator<TableRows>;
  /** Gives its memory back; not to be called after a failure, when a read may still hold it. */
  close(): void;
}

/** Rejects with the store's own error where the bytes cannot be had. */
export async function openTablePart(out: ObjectStore, key: string, bytes: number): Promise<TablePart> {
  const file = await openParquet(out, key, bytes);
  return {
    columns: file.schema.fields.map(({ name, type }) => ({ name, type: columnType(type) })),
    async *rows(vectors = vectorColumns) {
      for await (const table of file.tables(["path", "label", ...vectors])) {
        for (const batch of table.batches) yield rowsOf(batch, vectors);
      }
    },
    close: () => file.close(),
  };
}

function rowsOf(batch: RecordBatch, vectors: readonly VectorColumn[]): TableRows {
  const read = <T extends Floats>(name: VectorColumn, type: new () => T): T =>
    vectors.includes(name) ? vectorsOf(batch, name, type) : new type();
  return {
    rows: batch.numRows,
    path: textsOf(batch, "path"),
    label: textsOf(batch, "label"),
    features: read("features", Float32Array),
    scaledFeatures: read("scaledFeatures", Float32Array),
    pcaFeatures: read("pcaFeatures", Float64Array),
  };
}

/** The texts of a column by row. Throws where it has empty cells. */
export function textsOf(batch: RecordBatch, name: string): (row: number) => string {
  const texts = column(batch, name);
  return (row) => String(texts.get(row));
}

/** The numbers of a column of fixed-size lists, without the padding that Arrow may put around them. */
export function vectorsOf<T extends Floats>(batch: RecordBatch, name: string, type: new () => T): T {
  const data = column(batch, name).data[0];
  const numbers: unknown = data?.children[0]?.values;
  if (data === undefined || !(numbers instanceof type)) throw new Error(`column ${name} holds other numbers`);
  const size = data.stride;
  return numbers.subarray(data.offset * size, (data.offset + data.length) * size) as T;
}

function column(batch: RecordBatch, name: string) {
  const found = batch.getChild(name);
  if (found === null) throw new Error(`there is no column ${name}`);
  if (found.nullCount > 0 || found.data.some(({ children }) => children.some((child) => child.nullCount > 0))) {
    throw new Error(`column ${name} has empty cells`);
  }
  return found;
}
