import { lstat, mkdir, open, rmdir } from "node:fs/promises";
import { type BinaryPath, isWithin, parentOf, realPath, toBytes } from "./binary-path.ts";
import { codeOf, isGone, NameTakenError, unlessAbsent } from "./file-error.ts";

const rememberedFolders = 10_000;

/** The folders below a root: made when something is put into them, removed when nothing is left in them. */
export class Folders {
  readonly #root: BinaryPath;
  #realRoot: BinaryPath | undefined;
  readonly #known = new Set<BinaryPath>();

  constructor(root: BinaryPath) {
    this.#root = root;
  }

  /** The root with links resolved; undefined while it does not exist. */
  async realRoot(): Promise<BinaryPath | undefined> {
    this.#realRoot ??= await unlessAbsent(realPath(this.#root));
    return this.#realRoot;
  }

  /** Makes the folder and its parents, each durable before what is put into it. */
  async ensure(folder: BinaryPath): Promise<void> {
    if (folder === "" || this.#known.has(folder)) return;
    const made = await this.#make(folder);
    if (made) await syncFolder(parentOf(folder));
    else if (!(await this.isInside(folder))) {
      throw new NameTakenError(
        `${JSON.stringify(folder)} is not a folder, or a link out of ${JSON.stringify(this.#root)}`,
      );
    }
    if (this.#known.size >= rememberedFolders) this.#known.clear();
    this.#known.add(folder);
  }

  /** Whether it is a folder, and no link leads it out of the root. The root's own parents may be anywhere. */
  async isInside(folder: BinaryPath): Promise<boolean> {
    const real = await unlessAbsent(realPath(folder));
    if (real === undefined || !(await lstat(toBytes(real))).isDirectory()) return false;
    if (folder === this.#root || !isWithin(folder, this.#root)) return true;
    const realRoot = await this.realRoot();
    return realRoot !== undefined && isWithin(real, realRoot);
  }

  /** To be called when something in the folder failed because the folder is no longer there. */
  forget(folder: BinaryPath): void {
    for (let path = folder; isWithin(path, this.#root) && path !== ""; path = parentOf(path)) this.#known.delete(path);
  }

  /** Removes the folder and its parents up to the root, those that are empty. */
  async prune(folder: BinaryPath): Promise<void> {
    for (let path = folder; isWithin(path, this.#root) && path !== this.#root; path = parentOf(path)) {
      try {
        await rmdir(toBytes(path));
      } catch (error) {
        if (!isGone(error)) return;
      }
      this.#known.delete(path);
    }
  }

  async #make(folder: BinaryPath): Promise<boolean> {
    try {
      await mkdir(toBytes(folder));
      return true;
    } catch (error) {
      if (codeOf(error) === "EEXIST") return false;
      if (codeOf(error) === "ENOTDIR")
        throw new NameTakenError(`a part of the path ${JSON.stringify(folder)} is a file`);
      if (codeOf(error) !== "ENOENT" || folder === "") throw error;
    }
    this.#known.delete(parentOf(folder));
    await this.ensure(parentOf(folder));
    return this.#make(folder);
  }
}

/** Makes the names in a folder durable. A folder that is gone has none. */
export async function syncFolder(folder: BinaryPath): Promise<void> {
  try {
    const handle = await open(toBytes(folder === "" ? "/" : folder), "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}
