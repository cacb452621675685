import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { displayKey, type ObjectStore, PomonaError, StoreUnavailableError, UsageError } from "@pomona/core";
import { parquetRows } from "./parquet-rows.ts";
import type { ListedKey } from "./select-images.ts";

/** What is used of the manifest of an S3 Inventory. */
interface Manifest {
  readonly sourceBucket: string;
  /** `arn:aws:s3:::bucket` */
  readonly destinationBucket: string;
  readonly fileFormat: string;
  /** `Bucket, Key, Size, …` for CSV. */
  readonly fileSchema: string;
  readonly files: readonly { readonly key: string }[];
}

export interface InventoryOptions {
  readonly store: ObjectStore;
  /** Of `manifest.json`. */
  readonly key: string;
  readonly input: ObjectStore;
  readonly openBucket: (bucket: string) => Promise<ObjectStore>;
}

/** A row of any format, by the lower-case name of its column without `_`. */
type Row = (column: string) => unknown;

/** Columns that are looked at. */
const used = new Set(["key", "islatest", "isdeletemarker", "size", "lastmodifieddate", "etag"]);

/** Of CSV. */
const rowsPerPage = 4096;

export function isInventory(key: string): boolean {
  return /(^|\/)manifest\.json$/.test(key);
}

/**
 * The objects below the input that an S3 Inventory names, file by file, in no order. Only the newest version of an
 * object is there to be read. Throws {@link UsageError} `bad-keys` for another bucket's, or in ORC.
 */
export async function* inventoryKeys(options: InventoryOptions): AsyncGenerator<ListedKey[]> {
  const { store, key, input } = options;
  const inventory = readManifest(await store.get(key), key);
  const source = `s3://${inventory.sourceBucket}/`;
  if (!input.uri.startsWith(source)) throw bad(`${key} lists ${source}, but the input is ${input.uri}`);
  const rowsOf = formats[inventory.fileFormat.toLowerCase()];
  if (rowsOf === undefined) {
    throw new UsageError("bad-keys", `${key}: its format ${inventory.fileFormat} is not read, CSV and Parquet are`, {
      remedy: "Have S3 write the inventory as CSV or Parquet, or give a list of keys, one a line.",
    });
  }
  const prefix = input.uri.slice(source.length);
  for (const file of inventory.files) {
    const found = await findFile(options, inventory, file.key);
    try {
      for await (const rows of rowsOf(found, inventory)) yield rows.flatMap((row) => listedKey(row, prefix));
    } catch (error) {
      throw isOfStore(error) ? error : bad(`${found.store.uri}${found.key}: ${(error as Error).message}`);
    }
  }
}

function readManifest(bytes: Uint8Array, key: string): Manifest {
  try {
    const manifest = JSON.parse(Buffer.from(bytes).toString()) as Manifest;
    const { sourceBucket, destinationBucket, fileFormat, fileSchema, files } = manifest;
    const texts = [sourceBucket, destinationBucket, fileFormat, fileSchema, ...files.map((file) => file.key)];
    if (texts.every((text) => typeof text === "string")) return manifest;
  } catch {
    // Said below.
  }
  throw bad(`${key} is no manifest of an S3 Inventory`);
}

/** What is not, the reader of the file said of its bytes. */
function isOfStore(error: unknown): boolean {
  return error instanceof PomonaError || error instanceof StoreUnavailableError;
}

interface DataFile {
  readonly store: ObjectStore;
  readonly key: string;
}

/** In the bucket that the manifest names, or, for a copy of the report, in the folder `data` beside or above. */
async function findFile(
  { store, key, openBucket }: InventoryOptions,
  { destinationBucket }: Manifest,
  file: string,
): Promise<DataFile> {
  if (store.uri.startsWith("s3://")) {
    return { store: await openBucket(destinationBucket.replace(/^arn:[^:]*:s3:::/, "")), key: file };
  }
  const name = file.slice(file.lastIndexOf("/") + 1);
  const folder = key.slice(0, key.lastIndexOf("/") + 1);
  const above = folder.replace(/[^/]+\/$/, "");
  for (const candidate of [`${folder}data/${name}`, `${above}data/${name}`, `${folder}${name}`]) {
    if ((await store.stat(candidate)) !== undefined) return { store, key: candidate };
  }
  throw bad(`${store.uri}${key} names ${name}, which is not in a folder data beside it`);
}

const formats: Readonly<Record<string, (file: DataFile, inventory: Manifest) => AsyncIterable<Row[]>>> = {
  csv: csvRows,
  parquet: parquetFileRows,
};

async function* csvRows({ store, key }: DataFile, { fileSchema }: Manifest): AsyncGenerator<Row[]> {
  // Loaded where it is needed: few runs have an inventory.
  const { parse } = await import("csv-parse");
  const columns = fileSchema.split(",").map(nameOf);
  if (!columns.includes("key")) throw new Error("the manifest names no column Key");
  const parser = Readable.from(store.stream(key)).compose<NodeJS.ReadWriteStream>(createGunzip()).pipe(parse());
  let page: Row[] = [];
  for await (const values of parser as AsyncIterable<string[]>) {
    page.push((column) => {
      const value = values[columns.indexOf(column)];
      return column === "key" && value !== undefined ? decoded(value) : value;
    });
    if (page.length < rowsPerPage) continue;
    yield page;
    page = [];
  }
  yield page;
}

async function* parquetFileRows({ store, key }: DataFile): AsyncGenerator<Row[]> {
  for await (const records of parquetRows({ store, key, wants: (column) => used.has(nameOf(column)) })) {
    if (records[0] !== undefined && !Object.keys(records[0]).some((name) => nameOf(name) === "key")) {
      throw new Error("it has no column key");
    }
    yield records.map((record) => {
      const named = new Map(Object.entries(record).map(([name, value]) => [nameOf(name), value]));
      return (column) => named.get(column);
    });
  }
}

/** Keys of CSV are URL-encoded, those of Parquet are as they are. */
function decoded(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll("+", " "));
  } catch {
    throw new Error(`${displayKey(key)} is no URL-encoded key`);
  }
}

/** CSV says `LastModifiedDate`, Parquet `last_modified_date`. */
function nameOf(column: string): string {
  return column.trim().replaceAll("_", "").toLowerCase();
}

function listedKey(row: Row, prefix: string): ListedKey[] {
  const key = row("key");
  if (typeof key !== "string" || !key.startsWith(prefix) || key === prefix) return [];
  if (String(row("islatest")) === "false" || String(row("isdeletemarker")) === "true") return [];
  const size = Number(row("size") ?? Number.NaN);
  const modified = row("lastmodifieddate");
  const modifiedAt = modified instanceof Date ? modified.getTime() : Date.parse(String(modified));
  const etag = row("etag");
  return [
    {
      key: key.slice(prefix.length),
      ...(Number.isFinite(size) && row("size") !== "" && { size }),
      // As S3's headers have it.
      ...(Number.isFinite(modifiedAt) && { modifiedAt: Math.floor(modifiedAt / 1000) * 1000 }),
      ...(typeof etag === "string" && etag !== "" && { etag: etag.replaceAll('"', "") }),
    },
  ];
}

function bad(message: string): UsageError {
  return new UsageError("bad-keys", message, {
    remedy: "Give the manifest.json of an inventory of the input's bucket.",
  });
}
