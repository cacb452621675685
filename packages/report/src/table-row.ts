import type { ObjectStore } from "@pomona/core";
import { readSuccess } from "./read-success.ts";
import { openTablePart, type TableRows, type VectorColumn } from "./read-table.ts";

/** A row of the table. */
export interface TableRow {
  readonly path: string;
  readonly label: string;
  /** [d] */
  readonly features: Float32Array;
  /** [d] */
  readonly scaledFeatures: Float32Array;
  /** [k] */
  readonly pcaFeatures: Float64Array;
}

/**
 * The rows of a finished result in listing order; vectors that are not asked for are empty. Memory is bounded by one row
 * group. Throws UsageError `no-result` where the output holds no finished result of ours.
 */
export async function* readTableRows(
  out: ObjectStore,
  { columns }: { readonly columns?: readonly VectorColumn[] } = {},
): AsyncGenerator<TableRow> {
  const { parts } = await readSuccess(out);
  for (const { key, bytes } of parts) {
    const part = await openTablePart(out, key, bytes);
    for await (const group of part.rows(columns)) {
      for (let row = 0; row < group.rows; row++) yield rowOf(group, row);
    }
    part.close();
  }
}

function rowOf(group: TableRows, row: number): TableRow {
  const vector = <T extends Float32Array | Float64Array>(values: T): T => {
    const width = values.length / group.rows;
    return values.slice(row * width, (row + 1) * width) as T;
  };
  return {
    path: group.path(row),
    label: group.label(row),
    features: vector(group.features),
    scaledFeatures: vector(group.scaledFeatures),
    pcaFeatures: vector(group.pcaFeatures),
  };
}
