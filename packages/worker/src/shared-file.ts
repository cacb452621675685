import { closeSync, openSync, readSync, statfsSync, unlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The descriptor that a child has it by: the next after standard input, output, error and the messages. */
export const sharedDescriptor = 4;

/** A folder in memory, on Linux. Containers often have but 64 MiB there, and what does not fit would fail. */
const memoryFolder = "/dev/shm";
const roomyBytes = 512 * 1024 * 1024;

/**
 * Opens a file for processes that share bytes through it: in memory where there is room, else among the temporary
 * files. It has no name, so that it goes with the last process that has it open, however that ends.
 *
 * @returns its descriptor
 */
export function openSharedFile(): number {
  const name = join(hasRoom(memoryFolder) ? memoryFolder : tmpdir(), `pomona-pixels-${process.pid}-${Date.now()}`);
  const descriptor = openSync(name, "wx+", 0o600);
  unlinkSync(name);
  return descriptor;
}

export const closeSharedFile = closeSync;

/** Both copy within memory: the file is in the system's cache if it is not in memory anyway. */
export function writeShared(descriptor: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(descriptor, bytes, done, bytes.length - done, position + done);
  }
}

export function readShared(descriptor: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    const count = readSync(descriptor, bytes, done, bytes.length - done, position + done);
    if (count === 0) throw new Error(`the shared file ends before byte ${position + bytes.length}`);
    done += count;
  }
}

function hasRoom(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize >= roomyBytes;
  } catch {
    return false;
  }
}
