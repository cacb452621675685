import { constants, type Stats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { ChangedObjectError, type GetOptions, MissingObjectError, type ObjectEntry } from "@pomona/core";
import { type BinaryPath, toBytes } from "./binary-path.ts";
import { pieceBytes, rangeWithin } from "./get-rules.ts";
import { isSameVersion } from "./same-version.ts";

/** Bytes of one system call, between which an abort is noticed. */
const readBytes = 8 << 20;

export interface ObjectFile {
  readonly path: BinaryPath;
  readonly key: string;
  /** Of the store, for messages. */
  readonly uri: string;
}

export function entryOf(key: string, { size, mtimeMs }: Stats): ObjectEntry {
  return { key, size, modifiedAt: Math.floor(mtimeMs) };
}

/** Reads through one handle. Bytes of a file that changes meanwhile are never returned: ChangedObjectError. */
export async function readObject(
  file: ObjectFile,
  { expect, range, maxBytes, allocate = Buffer.allocUnsafeSlow, signal }: GetOptions,
): Promise<Uint8Array> {
  return withFile(file, async (handle, before) => {
    const entry = entryOf(file.key, before);
    if (expect !== undefined && !isSameVersion(entry, expect)) throw new ChangedObjectError(file.key, file.uri);
    const { start, end } = rangeWithin(entry, range, maxBytes);
    const bytes = allocate(end - start);
    for (let done = 0; done < bytes.length; ) {
      signal?.throwIfAborted();
      const size = Math.min(readBytes, bytes.length - done);
      const { bytesRead } = await handle.read(bytes, done, size, start + done);
      if (bytesRead === 0) throw new ChangedObjectError(file.key, file.uri);
      done += bytesRead;
    }
    signal?.throwIfAborted();
    await expectUnchanged(handle, before, file);
    return bytes;
  });
}

export async function* streamObject(file: ObjectFile): AsyncGenerator<Uint8Array> {
  const { handle, before } = await openObject(file);
  try {
    for (let done = 0; done < before.size; ) {
      const piece = Buffer.allocUnsafeSlow(Math.min(pieceBytes, before.size - done));
      const { bytesRead } = await handle.read(piece, 0, piece.length, done);
      if (bytesRead === 0) throw new ChangedObjectError(file.key, file.uri);
      done += bytesRead;
      if (done === before.size) await expectUnchanged(handle, before, file);
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

async function withFile<T>(file: ObjectFile, use: (handle: FileHandle, before: Stats) => Promise<T>): Promise<T> {
  const { handle, before } = await openObject(file);
  try {
    return await use(handle, before);
  } finally {
    await handle.close();
  }
}

async function openObject({ path, key, uri }: ObjectFile): Promise<{ handle: FileHandle; before: Stats }> {
  // Without O_NONBLOCK opening a pipe waits for its writer, for ever and on a thread of the pool.
  const handle = await open(toBytes(path), constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const before = await handle.stat();
    if (!before.isFile()) throw new MissingObjectError(key, uri);
    return { handle, before };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function expectUnchanged(handle: FileHandle, before: Stats, { key, uri }: ObjectFile): Promise<void> {
  const after = await handle.stat();
  if (after.size !== before.size || after.mtimeMs !== before.mtimeMs) throw new ChangedObjectError(key, uri);
}
