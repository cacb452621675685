import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";

export interface TableRow {
  readonly path: string;
  readonly label: string;
  readonly features: Float32Array;
  readonly scaledFeatures: Float32Array;
  readonly pcaFeatures: Float64Array;
}

/** The rows of a published table in their order, read by DuckDB: none of our own code takes part. */
export async function readTable(out: string): Promise<TableRow[]> {
  const columns = "path, label, features, scaledFeatures, pcaFeatures";
  const files = (await partNames(out)).map((name) => join(out, "parquet", name));
  const rows = await queryTable(`SELECT ${columns} FROM read_parquet([${files.map(quoted).join()}])`);
  return rows.map(([path, label, features, scaled, pca]) => ({
    path: String(path),
    label: String(label),
    features: Float32Array.from(features as number[]),
    scaledFeatures: Float32Array.from(scaled as number[]),
    pcaFeatures: Float64Array.from(pca as number[]),
  }));
}

/** All rows of a DuckDB query, as plain JavaScript values. */
export async function queryTable(sql: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  try {
    const reader = await connection.runAndReadAll(sql);
    return reader.getRowsJS();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

export async function partNames(out: string): Promise<string[]> {
  return (await readdir(join(out, "parquet"))).sort();
}

/** The bytes of every file of the table, by name. */
export async function readParts(out: string): Promise<Map<string, Buffer>> {
  const names = await partNames(out);
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(out, "parquet", name))] as const)),
  );
}

/** As SQL text. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
