import { MissingObjectError, type ObjectStore } from "@pomona/core";
import { type Table, tableFromIPC } from "apache-arrow";
import { ParquetFile } from "parquet-wasm";
import { StoreBlob } from "./store-blob.ts";

/**
 * Columns of a Parquet file as Arrow tables, one a row group. Only the bytes of those columns are fetched, and only one
 * row group is in memory. Throws {@link MissingObjectError}.
 */
export async function* readParquet(
  store: ObjectStore,
  key: string,
  { columns }: { readonly columns: readonly string[] },
): AsyncGenerator<Table> {
  const entry = await store.stat(key);
  if (entry === undefined) throw new MissingObjectError(key, store.uri);
  const file = await ParquetFile.fromFile(new StoreBlob(store, key, { start: 0, end: entry.size }));
  try {
    const metadata = file.metadata();
    const groups = metadata.numRowGroups();
    metadata.free();
    for (let group = 0; group < groups; group++) {
      const table = await file.read({ rowGroups: [group], columns: [...columns] });
      yield tableFromIPC(table.intoIPCStream());
    }
  } finally {
    file.free();
  }
}
