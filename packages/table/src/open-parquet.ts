import type { ObjectStore } from "@pomona/core";
import { type Schema, type Table, tableFromIPC } from "apache-arrow";
import { ParquetFile } from "parquet-wasm";
import { StoredBlob } from "./stored-blob.ts";

/** A Parquet file of a store, open. Memory is bounded by one row group, twice. */
export interface OpenParquet {
  readonly schema: Schema;
  readonly groups: number;
  /** One row group, of all columns or of those named; only their bytes are fetched. */
  group(n: number, columns?: readonly string[]): Promise<Table>;
  /** One Arrow table a row group, in order. */
  tables(columns?: readonly string[]): AsyncGenerator<Table>;
  /** Gives its memory back; not to be called after a failure, when a read may still hold it. */
  close(): void;
}

/** `size` is the object's, in bytes. Rejects with the store's own error where the bytes cannot be had. */
export async function openParquet(store: ObjectStore, key: string, size: number): Promise<OpenParquet> {
  let onFailure: (error: unknown) => void = () => {};
  const failure = new Promise<never>((_, reject) => {
    onFailure = reject;
  });
  failure.catch(() => {});
  const blob = new StoredBlob({ store, key, onFailure }, 0, size);
  const file = await Promise.race([ParquetFile.fromFile(blob), failure]);
  const groups = file.metadata().numRowGroups();
  async function group(n: number, columns?: readonly string[]): Promise<Table> {
    const options = { rowGroups: [n], ...(columns && { columns: [...columns] }) };
    const table = await Promise.race([file.read(options), failure]);
    return tableFromIPC(table.intoIPCStream());
  }
  return {
    schema: tableFromIPC(file.schema().intoIPCStream()).schema,
    groups,
    group,
    async *tables(columns) {
      for (let n = 0; n < groups; n++) yield group(n, columns);
    },
    close: () => file.free(),
  };
}
