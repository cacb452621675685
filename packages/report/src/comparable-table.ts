import { decodeSuccess, MissingObjectError, type ObjectStore, outputLayout, UsageError } from "@pomona/core";
import { csvRows } from "./comparable-csv.ts";
import { parquetRows } from "./comparable-parquet.ts";
import type { ComparableRow } from "./comparable-row.ts";
import type { VectorColumn } from "./read-table.ts";

/** A table that can be read again and again. */
export interface ComparableTable {
  readonly uri: string;
  rows(vectors: readonly VectorColumn[]): AsyncGenerator<ComparableRow>;
}

/**
 * Opens a result of Pomona, a folder of Parquet files as Spark writes it, or one Parquet or CSV file.
 *
 * @param name of a file in the store; the store's root by default
 * @throws UsageError `no-table` where there is none of these
 */
export async function openComparableTable(store: ObjectStore, name?: string): Promise<ComparableTable> {
  const uri = name === undefined ? store.uri : store.uri + name;
  if (name?.toLowerCase().endsWith(".csv")) return { uri, rows: (vectors) => csvRows(store, name, vectors) };
  const files = name === undefined ? await parquetFiles(store) : [await fileOf(store, name)];
  if (files.length === 0) {
    throw new UsageError("no-table", `${uri} holds no table`, {
      remedy: "Name a result of pomona run, a folder of Parquet files, a .parquet or a .csv file.",
    });
  }
  return {
    uri,
    async *rows(vectors) {
      for (const { key, size } of files) yield* parquetRows(store, key, size, vectors);
    },
  };
}

interface File {
  readonly key: string;
  readonly size: number;
}

async function parquetFiles(store: ObjectStore): Promise<File[]> {
  const success = await publishedParts(store);
  if (success !== undefined) return success;
  const files: File[] = [];
  for await (const { key, size } of store.list()) {
    // As Spark: what begins with _ or . is no data.
    const hidden = key.split("/").some((part) => /^[_.]/.test(part));
    if (key.endsWith(".parquet") && !hidden) files.push({ key, size });
  }
  return files;
}

async function publishedParts(store: ObjectStore): Promise<File[] | undefined> {
  try {
    const success = decodeSuccess(await store.get(outputLayout.success));
    return success?.parts.map(({ key, bytes }) => ({ key, size: bytes }));
  } catch (error) {
    if (error instanceof MissingObjectError) return undefined;
    throw error;
  }
}

async function fileOf(store: ObjectStore, name: string): Promise<File> {
  const found = await store.stat(name);
  if (found === undefined) {
    throw new UsageError("no-table", `there is no ${store.uri}${name}`, { remedy: "Check the name of the file." });
  }
  return { key: name, size: found.size };
}
