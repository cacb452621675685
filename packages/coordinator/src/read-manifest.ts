import { compareKeys, displayKey, type ListedImage, type ObjectStore, UsageError } from "@pomona/core";
import type { ImageSource } from "./image-source.ts";

interface ManifestRow {
  readonly key: string;
  readonly label: string;
}

/** Images that are looked up in the store at a time. */
const lookAhead = 32;

/**
 * The listing as a file: `path,label` in CSV (with that header) or Parquet, paths relative to the input. It is read
 * whole and put into the order of keys (about 200 bytes of memory an image). Throws {@link UsageError} for a file
 * without these columns and for a path that occurs twice. Paths that are not there get a size of 0 and end in
 * quarantine as `missing`.
 */
export async function readManifest(bytes: Uint8Array, name: string, input: ObjectStore): Promise<ImageSource> {
  const rows = /\.parquet$/i.test(name) ? await readParquet(bytes, name) : await readCsv(bytes, name);
  rows.sort((a, b) => compareKeys(a.key, b.key));
  const twice = rows.find((row, i) => row.key === rows[i + 1]?.key);
  if (twice !== undefined) {
    throw new UsageError("bad-manifest", `${name} names ${displayKey(twice.key)} twice`, {
      remedy: "Keep one line for each path.",
    });
  }
  return (after) => lookUp(after === null ? rows : rows.slice(firstAfter(rows, after)), input);
}

/** Absolute, or with a part that is empty, `.` or `..`: no object of a store has such a key. */
const isNoKey = /(^|\/)\.{0,2}(\/|$)|\0/;

async function* lookUp(rows: readonly ManifestRow[], input: ObjectStore): AsyncGenerator<ListedImage> {
  for (let at = 0; at < rows.length; at += lookAhead) {
    const images = rows.slice(at, at + lookAhead).map(async ({ key, label }) => {
      const entry = await input.stat(key);
      const { size = 0, modifiedAt = 0, etag } = entry ?? {};
      return { key, label, size, modifiedAt, ...(etag !== undefined && { etag }) };
    });
    yield* await Promise.all(images);
  }
}

function firstAfter(rows: readonly ManifestRow[], after: string): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKeys(rows[middle]?.key ?? "", after) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

async function readCsv(bytes: Uint8Array, name: string): Promise<ManifestRow[]> {
  // Loaded where it is needed: few runs have a manifest.
  const { parse } = await import("csv-parse");
  const rows: ManifestRow[] = [];
  const parser = parse(Buffer.from(bytes), { columns: true, bom: true, skip_empty_lines: true });
  try {
    for await (const record of parser) rows.push(rowOf(record as Record<string, unknown>, name, rows.length + 1));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError("bad-manifest", `${name} is no CSV: ${error instanceof Error ? error.message : error}`);
  }
  return rows;
}

async function readParquet(bytes: Uint8Array, name: string): Promise<ManifestRow[]> {
  const { parquetReadObjects } = await import("hyparquet");
  const file = Uint8Array.from(bytes).buffer;
  try {
    const records = await parquetReadObjects({ file, columns: ["path", "label"] });
    return records.map((record, i) => rowOf(record, name, i + 1));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(
      "bad-manifest",
      `${name} is no Parquet with path and label: ${error instanceof Error ? error.message : error}`,
    );
  }
}

function rowOf(record: Record<string, unknown>, name: string, line: number): ManifestRow {
  const { path, label } = record;
  if (typeof path === "string" && path !== "" && typeof label === "string") {
    const key = path.replace(/^\.\//, "");
    if (!isNoKey.test(key)) return { key, label };
    throw new UsageError("bad-manifest", `${name}, row ${line}: ${displayKey(path)} is no path below the input`, {
      remedy: "Write paths relative to the input, as fruit/apple.jpg.",
    });
  }
  throw new UsageError("bad-manifest", `${name}, row ${line}: needs the columns path and label`, {
    remedy: "Write a header line `path,label` and one line for each image, paths relative to the input.",
  });
}
