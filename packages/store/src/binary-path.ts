import { realpath } from "node:fs/promises";

/**
 * Paths whose characters are their bytes (latin1), since file names are bytes and need not be UTF-8. `<` on such
 * strings is byte order, and a big directory's names take a fifth of the memory of Buffers.
 */
export type BinaryPath = string;

export function toBytes(path: BinaryPath): Buffer {
  return Buffer.from(path, "latin1");
}

export function fromBytes(bytes: Buffer): BinaryPath {
  return bytes.toString("latin1");
}

export function parentOf(path: BinaryPath): BinaryPath {
  return path.slice(0, path.lastIndexOf("/"));
}

/** Whether `path` is `folder` or below it. */
export function isWithin(path: BinaryPath, folder: BinaryPath): boolean {
  return path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}

/** With all symbolic links resolved. */
export async function realPath(path: BinaryPath): Promise<BinaryPath> {
  return fromBytes(await realpath(toBytes(path), { encoding: "buffer" }));
}
