import { MissingObjectError, type ObjectStore } from "@pomona/core";
import type { AsyncBuffer } from "hyparquet";

/** Rows that are decoded at a time. */
const rowsPerPage = 16_384;

export interface ParquetRowsOptions {
  readonly store: ObjectStore;
  readonly key: string;
  /** Whether a column, by the name that the file gives it, is wanted. */
  readonly wants: (column: string) => boolean;
}

/**
 * Rows of a Parquet file without nested columns, in pages of bounded size. Each byte of the wanted columns is fetched
 * once. Memory is the compressed bytes of those columns of one row group, and a page: it does not grow with the file.
 */
export async function* parquetRows(options: ParquetRowsOptions): AsyncGenerator<Record<string, unknown>[]> {
  const { store, key, wants } = options;
  // Loaded where it is needed: few runs read any.
  const { parquetMetadataAsync, parquetReadObjects, parquetSchema } = await import("hyparquet");
  const found = await store.stat(key);
  if (found === undefined) throw new MissingObjectError(key, store.uri);
  const { size } = found;
  const stored: AsyncBuffer = {
    byteLength: size,
    slice: async (start, end = size) => Uint8Array.from(await store.get(key, { range: { start, end } })).buffer,
  };
  const metadata = await parquetMetadataAsync(stored);
  const columns = parquetSchema(metadata)
    .children.map(({ element }) => element.name)
    .filter(wants);
  let start = 0;
  for (const { num_rows } of metadata.row_groups) {
    const end = start + Number(num_rows);
    const file = kept(stored);
    for (let rowStart = start; rowStart < end; rowStart += rowsPerPage) {
      const rowEnd = Math.min(end, rowStart + rowsPerPage);
      yield await parquetReadObjects({ file, metadata, columns, rowStart, rowEnd });
    }
    start = end;
  }
}

/** The same file, which fetches each range once: every page of a row group asks for the same column chunks. */
function kept(file: AsyncBuffer): AsyncBuffer {
  const ranges = new Map<string, Promise<ArrayBuffer>>();
  return {
    byteLength: file.byteLength,
    slice(start, end) {
      const name = `${start}-${end}`;
      const range = ranges.get(name) ?? Promise.resolve(file.slice(start, end));
      ranges.set(name, range);
      return range;
    },
  };
}
