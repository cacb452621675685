import type { Dirent } from "node:fs";
import { opendir, stat } from "node:fs/promises";
import { type BinaryPath, fromBytes, isWithin, realPath, toBytes } from "./binary-path.ts";
import { codeOf, isGone, unlessAbsent } from "./file-error.ts";

export type SkipReason = "outside" | "dangling" | "loop" | "special";

export interface WalkOptions {
  /** Absolute, without a final `/`. */
  readonly root: BinaryPath;
  /** The same with all symbolic links resolved. */
  readonly realRoot: BinaryPath;
  readonly prefix: BinaryPath;
  readonly after: BinaryPath;
  /** A folder that holds no objects, ending in `/`. */
  readonly hidden: BinaryPath;
  readonly onSkip: (path: BinaryPath, why: SkipReason) => void;
  /** Turns a directory that cannot be read into the error to throw. */
  readonly toError: (folder: BinaryPath, error: unknown) => unknown;
}

/**
 * A directory being walked: its names in order, those before `next` done. Folders' names and paths end in `/`, so that
 * the plain order of names is the order of the whole paths below them: `a-b/` comes before `a/`.
 */
interface Level {
  readonly folder: BinaryPath;
  /** With links resolved. */
  readonly real: BinaryPath;
  readonly names: readonly BinaryPath[];
  next: number;
}

/**
 * The files below a root whose path starts with `prefix` and is greater than `after`, in byte order of the whole path.
 * Directories that cannot hold such a path are not opened. Holds the names of the directories on the way to the
 * current file and no others. A directory that vanishes meanwhile is empty.
 */
export async function* walk(options: WalkOptions): AsyncGenerator<BinaryPath> {
  const levels: Level[] = [await openLevel("", options.realRoot, [], options)];
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const name = level.names[level.next++];
    if (name === undefined) {
      levels.pop();
      continue;
    }
    const path = level.folder + name;
    if (!mayMatch(path, options)) continue;
    if (!name.endsWith("/")) yield path;
    else levels.push(await openLevel(path, await realPathOf(level, name, options), levels, options));
  }
}

/** Whether a file's path matches, or the paths below a folder may. */
function mayMatch(path: BinaryPath, { prefix, after, hidden }: WalkOptions): boolean {
  if (path === hidden) return false;
  if (!path.endsWith("/")) return path > after && path.startsWith(prefix);
  return (path > after || after.startsWith(path)) && (path.startsWith(prefix) || prefix.startsWith(path));
}

async function openLevel(
  folder: BinaryPath,
  real: BinaryPath,
  above: readonly Level[],
  options: WalkOptions,
): Promise<Level> {
  const open = [real, ...above.map((level) => level.real)];
  const names: BinaryPath[] = [];
  try {
    for await (const entry of await openDirectory(`${options.root}/${folder}`, `${options.root}/`)) {
      const name = await nameInListing(entry, folder, open, options);
      if (name !== undefined && mayMatch(folder + name, options)) names.push(name);
    }
  } catch (error) {
    throw options.toError(folder, error);
  }
  return { folder, real, names: names.sort(), next: 0 };
}

async function openDirectory(path: BinaryPath, root: BinaryPath): Promise<AsyncIterable<Dirent<Buffer>> | []> {
  try {
    // Node's types know neither that paths may be bytes here nor that names are when the encoding says so.
    const opened: unknown = await opendir(toBytes(path) as unknown as string, {
      encoding: "buffer" as never,
      bufferSize: 512,
    });
    return opened as AsyncIterable<Dirent<Buffer>>;
  } catch (error) {
    if (isGone(error) && path !== root) return [];
    throw error;
  }
}

/** The entry's name, with `/` after a folder's; undefined where it is neither file nor folder, and says why. */
async function nameInListing(
  entry: Dirent<Buffer>,
  folder: BinaryPath,
  open: readonly BinaryPath[],
  options: WalkOptions,
): Promise<BinaryPath | undefined> {
  const name = fromBytes(entry.name);
  if (entry.isFile()) return name;
  if (entry.isDirectory()) return `${name}/`;
  const path = folder + name;
  if (!mayMatch(path, options) && !mayMatch(`${path}/`, options)) return undefined;
  const kind = entry.isSymbolicLink() ? await kindOfLink(path, open, options) : "special";
  if (kind === "file") return name;
  if (kind === "folder") return `${name}/`;
  options.onSkip(path, kind);
  return undefined;
}

async function kindOfLink(
  path: BinaryPath,
  open: readonly BinaryPath[],
  { root, realRoot }: WalkOptions,
): Promise<"file" | "folder" | SkipReason> {
  try {
    const target = await realPath(`${root}/${path}`);
    if (!isWithin(target, realRoot)) return "outside";
    // A folder that is open, or holds one that is, would be walked inside itself.
    if (open.some((folder) => isWithin(folder, target))) return "loop";
    const found = await stat(toBytes(target));
    if (found.isDirectory()) return "folder";
    return found.isFile() ? "file" : "special";
  } catch (error) {
    if (codeOf(error) === "ELOOP") return "loop";
    if (isGone(error)) return "dangling";
    throw error;
  }
}

async function realPathOf(level: Level, name: BinaryPath, { root }: WalkOptions): Promise<BinaryPath> {
  const folder = (level.folder + name).slice(0, -1);
  return (await unlessAbsent(realPath(`${root}/${folder}`))) ?? `${level.real}/${name.slice(0, -1)}`;
}
