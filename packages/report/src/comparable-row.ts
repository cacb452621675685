import type { VectorColumn } from "./read-table.ts";

/** A row of any table of features: of ours, or of the notebook that Pomona replaces. */
export interface ComparableRow {
  readonly path: string;
  readonly label: string;
  /** Those that were asked for, that the table has, and that are whole in this row. */
  readonly vectors: Readonly<Partial<Record<VectorColumn, Float32Array | Float64Array>>>;
}
