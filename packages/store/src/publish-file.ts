import { lstat, rm } from "node:fs/promises";
import { type BinaryPath, parentOf, toBytes } from "./binary-path.ts";
import { isGone, unlessAbsent } from "./file-error.ts";
import { type Folders, syncFolder } from "./folders.ts";

/** Tries against a folder that others keep removing while it is empty. */
const attempts = 20;

/** Gives the finished temporary `file` its name `path` by `giveName`, makes that durable, and removes the temporary one. */
export async function publishFile<T>(
  path: BinaryPath,
  file: BinaryPath,
  folders: Folders,
  giveName: () => Promise<T>,
): Promise<T> {
  const folder = parentOf(path);
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        await folders.ensure(folder);
        const result = await giveName();
        await syncFolder(folder);
        return result;
      } catch (error) {
        const lost = attempt === attempts || (await unlessAbsent(lstat(toBytes(file)))) === undefined;
        if (!isGone(error) || lost) throw error;
        folders.forget(folder);
      }
    }
  } finally {
    // Also after a rename: one onto another name of the same file leaves both.
    await rm(toBytes(file), { force: true });
  }
}
