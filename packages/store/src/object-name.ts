import { lstat, unlink } from "node:fs/promises";
import { type BinaryPath, toBytes } from "./binary-path.ts";
import { isAbsent, NameTakenError, unlessAbsent } from "./file-error.ts";

/** False where nothing is there. What is there and is a folder cannot become an object. */
export async function isObject(path: BinaryPath): Promise<boolean> {
  const found = await unlessAbsent(lstat(toBytes(path)));
  if (!found?.isDirectory()) return found !== undefined;
  throw new NameTakenError(`cannot put an object at ${JSON.stringify(toBytes(path).toString())}: it is a folder`);
}

/** Removes an object. A folder of that name is none, and stays. */
export async function removeObject(path: BinaryPath): Promise<void> {
  try {
    await unlink(toBytes(path));
  } catch (error) {
    if (isAbsent(error)) return;
    const found = await unlessAbsent(lstat(toBytes(path)));
    if (!found?.isDirectory()) throw error;
  }
}
