import { randomBytes } from "node:crypto";
import { copyFile, type FileHandle, open, readdir, readFile, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import type { ObjectBody } from "@pomona/core";
import { type BinaryPath, toBytes } from "./binary-path.ts";
import { BodyError, isGone, unlessAbsent } from "./file-error.ts";
import type { Folders } from "./folders.ts";

export type LinkFunction = (existing: Buffer, name: Buffer) => Promise<void>;

/** Names of files that reserve the right to create one object: see `create-name.ts`. */
export const claimPrefix = "claim-";

const attempts = 20;
// `~` separates the parts of a name, so it is not in them.
const host = hostname().replaceAll(/[^A-Za-z0-9.-]/g, "-");

/** Where objects are written before they get their names. File names are `host~pid~random`. */
export class TemporaryFolder {
  readonly path: BinaryPath;
  readonly #folders: Folders;

  constructor(path: BinaryPath, folders: Folders) {
    this.path = path;
    this.#folders = folders;
  }

  /** A path that no other file has. */
  newName(): BinaryPath {
    return `${this.path}/${host}~${process.pid}~${randomBytes(9).toString("hex")}`;
  }

  /** Writes all of the body to a new file, durably. Nothing is left when that fails. */
  async write(body: ObjectBody): Promise<BinaryPath> {
    const path = this.newName();
    const handle = await this.create(path);
    try {
      for await (const piece of piecesOf(body)) await writeAll(handle, piece);
      await handle.sync();
      await handle.close();
    } catch (error) {
      await handle.close().catch(() => undefined);
      await rm(toBytes(path), { force: true });
      throw error;
    }
    return path;
  }

  /** Creates a file that is not there (EEXIST). */
  async create(path: BinaryPath): Promise<FileHandle> {
    return this.#inFolder(() => open(toBytes(path), "wx"));
  }

  /** Another name for a file, or where that is refused a copy of it. */
  async duplicate(file: BinaryPath, linkFile: LinkFunction): Promise<BinaryPath> {
    const path = this.newName();
    try {
      await this.#inFolder(() => linkFile(toBytes(file), toBytes(path)));
      return path;
    } catch (error) {
      if (isGone(error)) throw error;
    }
    try {
      await copyFile(toBytes(file), toBytes(path));
      const handle = await open(toBytes(path), "r+");
      await handle.sync().finally(() => handle.close());
      return path;
    } catch (error) {
      await rm(toBytes(path), { force: true });
      throw error;
    }
  }

  /** Another process may remove the folder whenever it is empty. */
  async #inFolder<T>(act: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#folders.ensure(this.path);
        return await act();
      } catch (error) {
        if (!isGone(error) || attempt === attempts) throw error;
        this.#folders.forget(this.path);
      }
    }
  }

  /** Removes the files of writers that died, and the folder when it is empty. Returns how many files it removed. */
  async sweep(olderThanMs: number): Promise<number> {
    const names = (await unlessAbsent(readdir(toBytes(this.path), { encoding: "latin1" }))) ?? [];
    let removed = 0;
    for (const name of names) {
      const path = `${this.path}/${name}`;
      const found = await unlessAbsent(stat(toBytes(path)));
      if (found === undefined || Date.now() - found.mtimeMs < olderThanMs) continue;
      if (isWriterAlive(await this.#writerOf(name))) continue;
      await rm(toBytes(path), { force: true });
      removed += 1;
    }
    await this.#folders.prune(this.path);
    return removed;
  }

  /** A claim holds the name of its owner's file. */
  async #writerOf(name: string): Promise<string> {
    if (!name.startsWith(claimPrefix)) return name;
    return (await unlessAbsent(readFile(toBytes(`${this.path}/${name}`), "latin1"))) ?? "";
  }
}

/** Known for processes of this host only; a writer elsewhere counts as dead once its file is old. */
function isWriterAlive(name: string): boolean {
  const [writerHost, pid] = name.split("~");
  if (writerHost !== host || !/^\d+$/.test(pid ?? "")) return false;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    // EPERM: there is such a process, of another user.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

async function* piecesOf(body: ObjectBody): AsyncGenerator<Uint8Array> {
  if (body instanceof Uint8Array) {
    yield body;
    return;
  }
  try {
    yield* body;
  } catch (cause) {
    throw new BodyError("the body of the object failed", { cause });
  }
}

async function writeAll(handle: FileHandle, piece: Uint8Array): Promise<void> {
  for (let done = 0; done < piece.length; ) {
    const { bytesWritten } = await handle.write(piece, done);
    done += bytesWritten;
  }
}
