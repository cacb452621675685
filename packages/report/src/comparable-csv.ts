import { Readable } from "node:stream";
import { type ObjectStore, UsageError } from "@pomona/core";
import { parse } from "csv-parse";
import type { ComparableRow } from "./comparable-row.ts";
import type { VectorColumn } from "./read-table.ts";

type CsvRecord = Readonly<Record<string, string>>;

/**
 * Rows of a CSV file: of ours, where components are columns `pca_1`…, or of pandas, where a vector is a text like
 * `[1.0, 2.0]` or `[1. 2.]`. Vectors that NumPy shortened (`[1. 2. ... 9.]`) are not there.
 */
export async function* csvRows(
  store: ObjectStore,
  key: string,
  vectors: readonly VectorColumn[],
): AsyncGenerator<ComparableRow> {
  const pieces = Readable.from(store.stream(key));
  const parser = parse({ columns: true, bom: true });
  pieces.on("error", (error) => parser.destroy(error));
  const records = pieces.pipe(parser) as AsyncIterable<CsvRecord>;
  let components: readonly string[] | undefined;
  for await (const record of records) {
    components ??= componentColumns(record, store.uri + key);
    yield { path: record.path ?? "", label: record.label ?? "", vectors: vectorsOf(record, vectors, components) };
  }
}

function componentColumns(record: CsvRecord, uri: string): string[] {
  if (record.path === undefined || record.label === undefined) {
    throw new UsageError("no-table", `${uri} has no columns path and label, but ${Object.keys(record).join(", ")}`, {
      remedy: "Name a CSV file of Pomona or of the notebook.",
    });
  }
  return Object.keys(record).filter((name) => /^pca_\d+$/.test(name));
}

function vectorsOf(
  record: CsvRecord,
  wanted: readonly VectorColumn[],
  components: readonly string[],
): ComparableRow["vectors"] {
  const vectors: Partial<Record<VectorColumn, Float64Array>> = {};
  for (const name of wanted) {
    const text = record[name];
    const numbers =
      name === "pcaFeatures" && components.length > 0
        ? Float64Array.from(components, (column) => Number(record[column]))
        : text === undefined || text.includes("...")
          ? undefined
          : listOf(text);
    if (numbers !== undefined) vectors[name] = numbers;
  }
  return vectors;
}

function listOf(text: string): Float64Array | undefined {
  const numbers = text
    .replace(/^\s*(?:DenseVector\()?\[|\]\)?\s*$/g, "")
    .split(/[\s,]+/)
    .filter((part) => part !== "")
    .map(Number);
  return numbers.length === 0 || numbers.some(Number.isNaN) ? undefined : Float64Array.from(numbers);
}
