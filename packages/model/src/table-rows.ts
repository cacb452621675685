import { type ObjectStore, PomonaError } from "@pomona/core";
import { openParquet } from "@pomona/table";
import type { Table } from "apache-arrow";

/** A file of the table, wherever it lies. */
export interface TableFile {
  readonly key: string;
  readonly bytes: number;
}

/** Some rows of a table, vectors row-major. */
export interface GroupRows {
  readonly paths: readonly string[];
  readonly labels: readonly string[];
  /** [rows, k] */
  readonly pcaFeatures: Float64Array;
  /** [rows, d] */
  readonly scaledFeatures: Float32Array;
}

const columns = ["path", "label", "scaledFeatures", "pcaFeatures"];

/** The rows of a table in its order, a row group at a time. */
export async function* tableRows(store: ObjectStore, files: readonly TableFile[]): AsyncGenerator<GroupRows> {
  for (const { key, bytes } of files) {
    const part = await openParquet(store, key, bytes);
    for await (const table of part.tables(columns)) {
      yield {
        paths: texts(table, "path"),
        labels: texts(table, "label"),
        pcaFeatures: vectors(table, "pcaFeatures", Float64Array, key),
        scaledFeatures: vectors(table, "scaledFeatures", Float32Array, key),
      };
    }
    part.close();
  }
}

function texts(table: Table, name: string): string[] {
  return Array.from(table.getChild(name) ?? [], String);
}

function vectors<T extends Float32Array | Float64Array>(
  table: Table,
  name: string,
  type: new (length: number) => T,
  key: string,
): T {
  const pieces = table.getChild(name)?.data ?? [];
  const width = pieces[0]?.stride ?? 0;
  const all = new type(table.numRows * width);
  let at = 0;
  for (const { children, offset, length, stride } of pieces) {
    const values: unknown = children[0]?.values;
    if (!(values instanceof type)) throw new PomonaError("unreadable-table", `${key}: ${name} holds other numbers`);
    all.set(values.subarray(offset * stride, (offset + length) * stride), at);
    at += length * stride;
  }
  return all;
}
