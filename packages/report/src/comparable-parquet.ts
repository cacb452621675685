import type { ObjectStore } from "@pomona/core";
import { openParquet } from "@pomona/table";
import { DataType, type RecordBatch, type Vector } from "apache-arrow";
import type { ComparableRow } from "./comparable-row.ts";
import type { VectorColumn } from "./read-table.ts";

type Numbers = Float32Array | Float64Array;

/** Rows of a Parquet file with `path`, `label` and any of the vectors: as lists, or as Spark's own vectors. */
export async function* parquetRows(
  store: ObjectStore,
  key: string,
  size: number,
  vectors: readonly VectorColumn[],
): AsyncGenerator<ComparableRow> {
  const file = await openParquet(store, key, size);
  const names = new Set(file.schema.fields.map(({ name }) => name));
  for (const name of ["path", "label"]) {
    if (!names.has(name)) throw new Error(`${key} has no column ${name}, but ${[...names].join(", ")}`);
  }
  const present = vectors.filter((name) => names.has(name));
  for await (const table of file.tables(["path", "label", ...present])) {
    for (const batch of table.batches) yield* rowsOf(batch, present);
  }
  file.close();
}

function* rowsOf(batch: RecordBatch, present: readonly VectorColumn[]): Generator<ComparableRow> {
  const [path, label] = [batch.getChild("path"), batch.getChild("label")];
  const columns = present.map((name) => [name, batch.getChild(name)] as const);
  for (let row = 0; row < batch.numRows; row++) {
    const vectors: Partial<Record<VectorColumn, Numbers>> = {};
    for (const [name, column] of columns) {
      const numbers = column && numbersAt(column, row);
      if (numbers) vectors[name] = numbers;
    }
    yield { path: String(path?.get(row)), label: String(label?.get(row)), vectors };
  }
}

/** The vector in a cell; undefined for an empty one. */
function numbersAt(column: Vector, row: number): Numbers | undefined {
  const cell: unknown = column.get(row);
  if (cell === null || cell === undefined) return undefined;
  return DataType.isStruct(column.type) ? sparkVector(cell as SparkVector) : listNumbers(cell);
}

/** What Spark's VectorUDT stores: type 0 is sparse, 1 dense. */
interface SparkVector {
  readonly type: number;
  readonly size: number | null;
  readonly indices: Iterable<number> | null;
  readonly values: unknown;
}

function sparkVector({ type, size, indices, values }: SparkVector): Numbers | undefined {
  const numbers = listNumbers(values);
  if (type === 1 || numbers === undefined) return numbers;
  const dense = new Float64Array(size ?? 0);
  let at = 0;
  for (const index of indices ?? []) dense[index] = numbers[at++] ?? 0;
  return dense;
}

function listNumbers(list: unknown): Numbers | undefined {
  const array = (list as { toArray?: () => unknown } | null)?.toArray?.();
  if (array instanceof Float32Array || array instanceof Float64Array) return array;
  return Array.isArray(array) ? Float64Array.from(array as number[]) : undefined;
}
