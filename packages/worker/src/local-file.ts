import { closeSync, constants, fstatSync, open, read } from "node:fs";
import { promisify } from "node:util";

/** A file that an inference process opens itself, and what it must be. */
export interface LocalFile {
  /** Bytes of its path: names need not be UTF-8. */
  readonly path: Uint8Array;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970, fractions dropped. */
  readonly modifiedAt: number;
}

/** A file system that takes longer is in trouble, and trouble is for the worker, which knows how long to wait. */
const patienceMs = 5000;

// Not fs/promises: its handles cost more than the reading of a small file. Opening and reading may wait for a disk or a
// network; about a file that is open the system answers from memory, sooner than a thread of the pool could be woken.
const files = { open: promisify(open), read: promisify(read) };

/** Does one call of the file system, which goes through libuv's threads. */
export type FileCall = <T>(call: () => Promise<T>) => Promise<T>;

export interface ReadLocalFileOptions {
  readonly timeoutMs?: number;
  /** Given each call that has a part in reading, to see how long they take. */
  readonly onCall?: FileCall;
}

/**
 * The bytes of the very file that was listed; undefined where it is another, is gone, or could not be read at once. The
 * caller then reads it through its store, which finds out why.
 */
export async function readLocalFile(
  file: LocalFile,
  { timeoutMs = patienceMs, onCall = (call) => call() }: ReadLocalFileOptions = {},
): Promise<Uint8Array | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, undefined);
  });
  try {
    return await Promise.race([readUnchanged(file, onCall).catch(() => undefined), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

async function readUnchanged({ path, size, modifiedAt }: LocalFile, onCall: FileCall): Promise<Uint8Array | undefined> {
  // Without O_NONBLOCK opening a pipe waits for its writer, for ever and on a thread of the pool.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  const descriptor = await onCall(() => files.open(Buffer.from(path), flags));
  try {
    const before = fstatSync(descriptor);
    if (!before.isFile() || before.size !== size || Math.floor(before.mtimeMs) !== modifiedAt) return undefined;
    const bytes = Buffer.allocUnsafeSlow(size);
    for (let done = 0; done < size; ) {
      const { bytesRead } = await onCall(() => files.read(descriptor, bytes, done, size - done, done));
      if (bytesRead === 0) return undefined;
      done += bytesRead;
    }
    const after = fstatSync(descriptor);
    return after.size === size && after.mtimeMs === before.mtimeMs ? bytes : undefined;
  } finally {
    closeSync(descriptor);
  }
}
