import { link, rename, stat } from "node:fs/promises";
import { isAbsolute, resolve } from "node:path";
import {
  decodeKey,
  encodeKey,
  type GetOptions,
  type ListOptions,
  MissingObjectError,
  type ObjectBody,
  type ObjectEntry,
  type ObjectStore,
  StoreUnavailableError,
} from "@pomona/core";
import { type BinaryPath, fromBytes, isWithin, parentOf, realPath, toBytes } from "./binary-path.ts";
import { checkedKeyBytes } from "./check-key.ts";
import { createName } from "./create-name.ts";
import { codeOf, toStoreError, unlessAbsent } from "./file-error.ts";
import { Folders, syncFolder } from "./folders.ts";
import { groupsOf } from "./groups-of.ts";
import { isObject, removeObject } from "./object-name.ts";
import { publishFile } from "./publish-file.ts";
import { entryOf, type ObjectFile, readObject, streamObject } from "./read-file.ts";
import { type LinkFunction, TemporaryFolder } from "./temporary-folder.ts";
import { type SkipReason, walk } from "./walk.ts";

export interface FolderStoreOptions {
  /** Key of the folder where objects are written before they get their names; it is never listed. Default `_run/tmp`. */
  readonly temporary?: string;
  /** A root that is not there is a fault (StoreUnavailableError), not an empty store. Default false. */
  readonly mustExist?: boolean;
  /**
   * Told while listing of what is there but is no object: a link to a target `outside` the root, a `dangling` link, a
   * link that is or makes a `loop`, a `special` file (pipe, socket, device).
   */
  readonly onSkip?: (key: string, why: SkipReason) => void;
  /** Makes hard links, replaced where a test needs a file system that refuses them. Default fs.link. */
  readonly link?: LinkFunction;
}

const parallelFiles = 32;

/**
 * Objects as files below a folder. Symbolic links are followed to targets inside the root only, for reading and for
 * writing. A key cannot be an object and a folder of others at once: putting the second is an Error.
 */
export class FolderStore implements ObjectStore {
  readonly uri: string;
  readonly #root: BinaryPath;
  readonly #hidden: BinaryPath;
  readonly #mustExist: boolean;
  readonly #onSkip: (key: string, why: SkipReason) => void;
  readonly #link: LinkFunction;
  readonly #folders: Folders;
  readonly #temporary: TemporaryFolder;

  constructor(
    root: string,
    { temporary = "_run/tmp", mustExist = false, onSkip = () => {}, link: linkFile = link }: FolderStoreOptions = {},
  ) {
    if (!isAbsolute(root)) throw new Error(`the folder ${JSON.stringify(root)} of a store must be absolute`);
    const path = resolve(root);
    this.#root = path === "/" ? "" : fromBytes(Buffer.from(path));
    this.uri = `file://${path === "/" ? "" : path}/`;
    this.#hidden = `${fromBytes(checkedKeyBytes(temporary))}/`;
    this.#mustExist = mustExist;
    this.#onSkip = onSkip;
    this.#link = linkFile;
    this.#folders = new Folders(this.#root);
    this.#temporary = new TemporaryFolder(`${this.#root}/${this.#hidden.slice(0, -1)}`, this.#folders);
  }

  async *list({ prefix = "", after = "", signal }: ListOptions = {}): AsyncGenerator<ObjectEntry> {
    signal?.throwIfAborted();
    const realRoot = await this.#guard("list", "", () => this.#listedRoot());
    if (realRoot === undefined) return;
    const paths = walk({
      root: this.#root,
      realRoot,
      prefix: fromBytes(encodeKey(prefix)),
      after: fromBytes(encodeKey(after)),
      hidden: this.#hidden,
      onSkip: (path, why) => this.#onSkip(keyOf(path), why),
      toError: (folder, error) => toStoreError("list", keyOf(folder), this.uri, error),
    });
    for await (const group of groupsOf(paths, parallelFiles)) {
      signal?.throwIfAborted();
      for (const entry of await Promise.all(group.map((path) => this.#listedEntry(path)))) {
        if (entry !== undefined) yield entry;
        signal?.throwIfAborted();
      }
    }
  }

  async stat(key: string): Promise<ObjectEntry | undefined> {
    return this.#guard("stat", key, async () => {
      const path = await this.#readablePath("stat", key);
      const found = path === undefined ? undefined : await unlessAbsent(stat(toBytes(path)));
      return found?.isFile() ? entryOf(key, found) : undefined;
    });
  }

  async get(key: string, options: GetOptions = {}): Promise<Uint8Array> {
    options.signal?.throwIfAborted();
    return this.#guard("get", key, async () => readObject(await this.#fileToRead(key), options));
  }

  async localFile(key: string): Promise<Uint8Array | undefined> {
    return this.#guard("get", key, async () => {
      const path = await this.#readablePath("get", key);
      return path === undefined ? undefined : toBytes(path);
    });
  }

  async *stream(key: string): AsyncGenerator<Uint8Array> {
    try {
      yield* streamObject(await this.#fileToRead(key));
    } catch (error) {
      throw toStoreError("get", key, this.uri, error);
    }
  }

  async putIfAbsent(key: string, body: ObjectBody): Promise<"created" | "exists"> {
    const path = this.#writablePath(key);
    return this.#guard("put", key, async () => {
      if (await isObject(path)) {
        await syncFolder(parentOf(path));
        return "exists";
      }
      const file = await this.#temporary.write(body);
      const created = await publishFile(path, file, this.#folders, () =>
        createName(file, path, this.#temporary, this.#link),
      );
      if (created) return "created";
      await isObject(path);
      return "exists";
    });
  }

  async put(key: string, body: ObjectBody): Promise<void> {
    const path = this.#writablePath(key);
    await this.#guard("put", key, async () => this.#replace(path, await this.#temporary.write(body)));
  }

  async copy(from: string, to: string): Promise<void> {
    const path = this.#writablePath(to);
    const source = await this.#guard("get", from, () => this.#fileToRead(from));
    await this.#guard("put", to, async () =>
      this.#replace(path, await this.#temporary.duplicate(source.path, this.#link)),
    );
  }

  async delete(keys: readonly string[]): Promise<void> {
    const paths = keys.map((key) => this.#writablePath(key));
    const folders = new Map<BinaryPath, boolean>();
    await this.#guard("delete", keys[0] ?? "", async () => {
      for (const folder of new Set(paths.map(parentOf))) folders.set(folder, await this.#folders.isInside(folder));
    });
    for (let done = 0; done < keys.length; done += parallelFiles) {
      const group = keys.slice(done, done + parallelFiles).map((key, i) => ({ key, path: paths[done + i] ?? "" }));
      await Promise.all(
        group
          .filter(({ path }) => folders.get(parentOf(path)))
          .map(({ key, path }) => this.#guard("delete", key, () => removeObject(path))),
      );
    }
    await this.#guard("delete", keys[0] ?? "", async () => {
      for (const [folder, inside] of folders) {
        if (!inside) continue;
        await this.#folders.prune(folder);
        await syncFolder(folder);
      }
    });
  }

  /** Removes what writers that died left unfinished. Files of living processes of this host stay, whatever their age. */
  async sweepTemporary({ olderThanMs }: { olderThanMs: number }): Promise<number> {
    return this.#guard("delete", keyOf(this.#hidden), () => this.#temporary.sweep(olderThanMs));
  }

  async #replace(path: BinaryPath, file: BinaryPath): Promise<void> {
    await publishFile(path, file, this.#folders, async () => {
      try {
        await rename(toBytes(file), toBytes(path));
      } catch (error) {
        if (codeOf(error) === "EISDIR") await isObject(path);
        throw error;
      }
    });
  }

  #writablePath(key: string): BinaryPath {
    const path = fromBytes(checkedKeyBytes(key));
    if (`${path}/`.startsWith(this.#hidden)) {
      throw new Error(
        `${JSON.stringify(key)} cannot be the key of an object: the store writes its unfinished files there`,
      );
    }
    return `${this.#root}/${path}`;
  }

  async #fileToRead(key: string): Promise<ObjectFile> {
    const path = await this.#readablePath("get", key);
    if (path === undefined) throw new MissingObjectError(key, this.uri);
    return { path, key, uri: this.uri };
  }

  /** With links resolved; undefined where it is not there or not inside the root, so that it would not be listed. */
  async #readablePath(operation: "get" | "stat", key: string): Promise<BinaryPath | undefined> {
    const path = this.#writablePath(key);
    const realRoot = await this.#folders.realRoot();
    const real = realRoot === undefined ? undefined : await unlessAbsent(realPath(path));
    if (real === undefined && this.#mustExist) await this.#expectRoot(operation, key);
    return real !== undefined && realRoot !== undefined && isWithin(real, realRoot) ? real : undefined;
  }

  /** Without its root nothing is known about an object: that is not the same as not being there. */
  async #expectRoot(operation: StoreUnavailableError["operation"], key: string): Promise<void> {
    try {
      await realPath(this.#root);
    } catch (error) {
      throw new StoreUnavailableError(operation, key, this.uri, error);
    }
  }

  async #listedRoot(): Promise<BinaryPath | undefined> {
    if (this.#mustExist) await this.#expectRoot("list", "");
    return unlessAbsent(realPath(this.#root));
  }

  async #listedEntry(path: BinaryPath): Promise<ObjectEntry | undefined> {
    const key = keyOf(path);
    return this.#guard("list", key, async () => {
      const found = await unlessAbsent(stat(toBytes(`${this.#root}/${path}`)));
      return found?.isFile() ? entryOf(key, found) : undefined;
    });
  }

  async #guard<T>(operation: StoreUnavailableError["operation"], key: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw toStoreError(operation, key, this.uri, error);
    }
  }
}

function keyOf(path: BinaryPath): string {
  return decodeKey(toBytes(path));
}
