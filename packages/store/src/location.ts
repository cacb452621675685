import { resolve } from "node:path";
import { isDecodable } from "@pomona/core";

/** Where a store is, as a person wrote it, made absolute. */
export interface Location {
  readonly scheme: "file" | "memory" | "s3";
  /** Ends in `/`; characters as they are, nothing percent-encoded. A key appended to it is the `path` of the table. */
  readonly uri: string;
  /** What follows the scheme: the absolute folder for `file`, `bucket/prefix` without a final `/` for `s3`. */
  readonly path: string;
}

const parsers: Record<string, (rest: string, text: string) => Location> = {
  file: parseFileUri,
  memory: () => ({ scheme: "memory", uri: "memory:///", path: "/" }),
  s3: parseS3Uri,
};

/**
 * A folder (absolute, or relative to `cwd`), `file:///folder`, `s3://bucket/prefix` or `memory:`.
 * A `file:` address is taken literally, as the table writes it: `%20` in it is three characters, not a space.
 */
export function parseLocation(text: string, cwd: string): Location {
  if (text === "")
    throw new Error("the location of a store is empty: give a folder or an address such as s3://bucket/prefix");
  const address = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(.*)$/s.exec(text) ?? /^(file|memory|s3):(.*)$/s.exec(text);
  if (address === null) return parseFolder(text, cwd);
  const [, scheme = "", rest = ""] = address;
  const parse = parsers[scheme.toLowerCase()];
  if (parse !== undefined) return parse(rest, text);
  throw new Error(`no store for ${JSON.stringify(text)}: use a folder, file:///folder or s3://bucket/prefix`);
}

/** What the table's `path` column holds for an object. Keys that are not UTF-8 have none. */
export function objectUri(storeUri: string, key: string): string {
  if (isDecodable(key)) return storeUri + key;
  throw new Error(`the key ${JSON.stringify(key)} is not UTF-8 and has no address`);
}

function parseFolder(text: string, cwd: string): Location {
  if (text === "~" || text.startsWith("~/")) {
    throw new Error(`${JSON.stringify(text)}: ~ is expanded by shells only; write the folder in full, or ./${text}`);
  }
  return folderLocation(resolve(cwd, text));
}

function parseFileUri(rest: string, text: string): Location {
  if (rest.startsWith("/")) return folderLocation(resolve(rest));
  throw new Error(
    `${JSON.stringify(text)}: a file address has an absolute folder and no host, as in file:///data/photos`,
  );
}

function folderLocation(path: string): Location {
  if (path.includes("\0")) throw new Error(`the folder ${JSON.stringify(path)} contains a NUL character`);
  return { scheme: "file", uri: `file://${path === "/" ? "" : path}/`, path };
}

function parseS3Uri(_: string, text: string): Location {
  const [, path] = /^s3:\/\/([^/].*?)\/*$/is.exec(text) ?? [];
  if (path !== undefined) return { scheme: "s3", uri: `s3://${path}/`, path };
  throw new Error(`${JSON.stringify(text)} names no bucket: write s3://bucket or s3://bucket/prefix`);
}
