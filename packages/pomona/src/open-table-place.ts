import { type ComparableTable, openComparableTable } from "@pomona/report";
import type { S3Options } from "@pomona/store";
import { openPlace } from "./places.ts";

/** Opens a table that a person named: a result, a folder of Parquet files, or one `.parquet` or `.csv` file. */
export async function openTablePlace(text: string, cwd: string, s3?: S3Options): Promise<ComparableTable> {
  const [, folder = "", file] = /^(.*?)([^/\\]+\.(?:parquet|csv))$/i.exec(text) ?? [];
  // Spark names folders like files.
  if (file === undefined || (await isFolder(text, cwd, s3))) {
    return openComparableTable(await openPlace(text, cwd, "input", { s3 }));
  }
  return openComparableTable(await openPlace(folder === "" ? "." : folder, cwd, "input", { s3 }), file);
}

async function isFolder(text: string, cwd: string, s3: S3Options | undefined): Promise<boolean> {
  const store = await openPlace(text, cwd, "output", { s3 });
  try {
    for await (const _ of store.list()) return true;
    return false;
  } catch {
    // A file is no folder that could be listed.
    return false;
  }
}
