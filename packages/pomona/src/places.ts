import { readFile, realpath, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { extensionOf, type ImageSource, keysFrom, listedImages, readManifest } from "@pomona/coordinator";
import { type FeatureConfig, type ObjectStore, PomonaError, StoreUnavailableError, UsageError } from "@pomona/core";
import { type OpenStoreOptions, openStore, parseLocation, type S3Options } from "@pomona/store";

/** Opens a place that a person named; what they got wrong is a {@link UsageError}. */
export async function openPlace(
  text: string,
  cwd: string,
  what: "input" | "output" | "home",
  options: Pick<OpenStoreOptions, "onSkip" | "s3"> = {},
): Promise<ObjectStore> {
  try {
    const location = parseLocation(text, cwd);
    if (what === "input" && location.scheme === "file") await refuseNoFolder(location.path);
    return await openStore(text, { cwd, mustExist: what === "input", ...options });
  } catch (error) {
    if (error instanceof PomonaError) throw error;
    throw new UsageError("bad-location", `${what}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

async function refuseNoFolder(path: string): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error);
  if (!(found instanceof Error) && found.isDirectory()) return;
  const why = found instanceof Error ? (found.code === "ENOENT" ? "does not exist" : found.message) : "is no folder";
  throw new UsageError("input-not-found", `input ${path} ${why}`, { remedy: "Give the folder that holds the images." });
}

/** The images of an input, with a count of what was left out. */
export interface Images {
  readonly source: ImageSource;
  /** Objects that were no images of this run, by extension, as far as the source was read. */
  readonly skipped: ReadonlyMap<string, number>;
  /** Throws what is wrong with the list that names the images, all of it, before a run begins with its first part. */
  check(): Promise<void>;
  /** Gives up what the source holds. */
  close(): Promise<void>;
}

const nothing = async (): Promise<void> => {};

/** The listing that the configuration asks for: a manifest, a list of keys, or all that the input holds but the output. */
export async function openImages(options: {
  readonly input: ObjectStore;
  readonly out?: ObjectStore | undefined;
  readonly features: FeatureConfig;
  readonly cwd: string;
  readonly s3?: S3Options | undefined;
}): Promise<Images> {
  const { input, out, features, cwd, s3 } = options;
  const skipped = new Map<string, number>();
  if (features.manifest !== undefined && features.keysFrom !== undefined) {
    throw new UsageError("bad-option", "--manifest and --keys-from exclude each other", {
      remedy: "Give the one list that names the images.",
    });
  }
  if (features.manifest !== undefined) {
    const file = resolve(cwd, features.manifest);
    const bytes = await readFile(file).catch((error: Error) => {
      throw new UsageError("bad-manifest", `--manifest ${file}: ${error.message}`);
    });
    return { source: await readManifest(bytes, file, input), skipped, check: nothing, close: nothing };
  }
  const exclude = out?.uri.startsWith(input.uri) ? out.uri.slice(input.uri.length) : undefined;
  if (exclude === "") {
    throw new UsageError("output-is-input", `${out?.uri} is both input and output`, {
      remedy: "Give --out another folder; one inside the input is fine.",
    });
  }
  const onSkipped = (key: string): void => {
    const extension = extensionOf(key);
    skipped.set(extension, (skipped.get(extension) ?? 0) + 1);
  };
  const listing = { input, features, exclude, onSkipped };
  if (features.keysFrom === undefined)
    return { source: listedImages(listing), skipped, check: nothing, close: nothing };
  const { source, check, close } = keysFrom({
    ...listing,
    list: await openList(features.keysFrom, cwd, s3),
    sort: features.sortKeys,
    openBucket: (bucket) => openStore(`s3://${bucket}`, { cwd, s3 }),
  });
  return { source, skipped, check, close };
}

/** The store and key of a file that a person named, which may be on S3. */
async function openList(
  text: string,
  cwd: string,
  s3: S3Options | undefined,
): Promise<{ store: ObjectStore; key: string }> {
  const { scheme, path, uri } = parseLocation(text, cwd);
  const file = scheme === "file" ? `file://${await realpath(path).catch(noList(text))}` : uri.slice(0, -1);
  const slash = file.lastIndexOf("/");
  const list = { store: await openStore(file.slice(0, slash + 1), { cwd, s3 }), key: file.slice(slash + 1) };
  if ((await list.store.stat(list.key).catch(noList(text))) === undefined)
    noList(text)(new Error("there is no such file"));
  return list;
}

function noList(text: string): (error: Error) => never {
  return (error) => {
    if (error instanceof PomonaError) throw error;
    const { remedy = "Check its name, and that this user may read it." } =
      error instanceof StoreUnavailableError ? error : {};
    throw new UsageError("bad-keys", `--keys-from ${text}: ${error.message}`, { cause: error, remedy });
  };
}

/** `; left out: 3 .txt, 1 .pdf`, the most frequent first; empty when nothing was. */
export function describeSkipped(skipped: ReadonlyMap<string, number>): string {
  const counts = [...skipped].sort(([, a], [, b]) => b - a).slice(0, 8);
  return counts.length === 0 ? "" : `; left out: ${counts.map(([extension, n]) => `${n} ${extension}`).join(", ")}`;
}
