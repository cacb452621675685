import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readParts } from "../support/read-table.ts";
import { readSuccess } from "../support/run-state.ts";

/** What a run publishes, as bytes. */
export interface Result {
  readonly files: ReadonlyMap<string, Buffer>;
  readonly books: Readonly<Record<string, number>>;
}

/** Of the output in this folder, which must be complete. */
export async function readResult(out: string): Promise<Result> {
  const files = new Map<string, Buffer>();
  for (const [name, bytes] of await readParts(out)) files.set(`parquet/${name}`, bytes);
  for (const name of [
    "result.csv",
    "quarantine.csv",
    "model/scaler.json",
    "model/pca.json",
    "model/reference.arrow",
    "model/bundle.json",
  ])
    files.set(name, await readFile(join(out, name)));
  return { files, books: (await readSuccess(out)).books };
}

/** What differs from the undisturbed run; undefined where it is the same byte for byte and the books balance. */
export async function differenceFrom(reference: Result, out: string): Promise<string | undefined> {
  if (!existsSync(join(out, "_SUCCESS"))) return "no _SUCCESS";
  const { files, books } = await readResult(out);
  if (JSON.stringify(books) !== JSON.stringify(reference.books)) return `books ${JSON.stringify(books)}`;
  const names = [...new Set([...files.keys(), ...reference.files.keys()])];
  const different = names.filter((name) => {
    const [found, expected] = [files.get(name), reference.files.get(name)];
    return found === undefined || expected === undefined || !found.equals(expected);
  });
  return different.length === 0 ? undefined : `differs: ${different.join(", ")}`;
}
