import type { ObjectStore } from "@pomona/core";
import { type Schema, type Table, tableFromIPC } from "apache-arrow";
import { ParquetFile } from "parquet-wasm";
import { StoredBlob } from "./stored-blob.ts";

/** A Parquet file of a store, open. Memory is bounded by one row group, twice. */
export interface OpenParquet {
  readonly schema: Schema;
  /** One Arrow table a row group, of all columns or of those named; only their bytes are fetched. */
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
  return {
    schema: tableFromIPC(file.schema().intoIPCStream()).schema,
    async *tables(columns) {
      const groups = file.metadata().numRowGroups();
      for (let group = 0; group < groups; group++) {
        const options = { rowGroups: [group], ...(columns && { columns: [...columns] }) };
        const table = await Promise.race([file.read(options), failure]);
        yield tableFromIPC(table.intoIPCStream());
      }
    },
    close: () => file.free(),
  };
}
