import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { type ListingOptions, listedImages } from "@pomona/coordinator";
import { type FeatureConfig, labelFromPattern, parentFolder, UsageError } from "@pomona/core";
import { openStore, parseLocation, type S3Options } from "@pomona/store";
import type { PlacedImage } from "./loaded-model.ts";

export interface NamedImagesOptions {
  readonly cwd: string;
  readonly features: FeatureConfig;
  /** Whether labels are wanted: then a path without one is an error. */
  readonly labelled?: boolean;
  readonly s3?: S3Options | undefined;
}

/**
 * The images that a person named: files and folders, here or on S3. Of a folder, those that its run would take, in the
 * order of the listing. Throws `UsageError` `image-not-found`.
 */
export async function* namedImages(
  names: Iterable<string> | AsyncIterable<string>,
  options: NamedImagesOptions,
): AsyncGenerator<PlacedImage> {
  for await (const name of names) yield* imagesOf(name, options);
}

async function* imagesOf(name: string, options: NamedImagesOptions): AsyncGenerator<PlacedImage> {
  const { cwd, s3, features, labelled = false } = options;
  const { scheme, path, uri } = parseLocation(name, cwd);
  const isFolder = scheme === "file" ? await folderIs(path, name) : name.endsWith("/");
  // An address of S3 without a final slash may be an object or a prefix.
  const parent = scheme === "file" ? dirname(path) : uri.slice(0, uri.slice(0, -1).lastIndexOf("/") + 1);
  const file = basename(scheme === "file" ? path : uri.slice(0, -1));
  if (!isFolder && parent !== "s3://") {
    const store = await openStore(parent, { cwd, s3, mustExist: true });
    const entry = await store.stat(file);
    const { glob: _, ...rest } = features;
    if (entry !== undefined) {
      yield* select({ input: store, features: labelsOf(rest, labelled), only: file });
      return;
    }
  }
  const input = await openStore(uri, { cwd, s3, mustExist: true });
  let images = 0;
  for await (const image of select({ input, features: labelsOf(features, labelled) })) {
    images += 1;
    yield image;
  }
  if (images === 0) throw notFound(name, `holds no image that matches ${features.glob}`);
}

/** Without a rule every image has a label, its folder, which nobody asks for. */
function labelsOf<T extends Pick<FeatureConfig, "labelFrom">>(features: T, labelled: boolean): T {
  return labelled ? features : { ...features, labelFrom: undefined };
}

async function* select({
  input,
  features,
  only,
}: Pick<ListingOptions, "input"> & {
  readonly features: Pick<FeatureConfig, "labelFrom"> & { readonly glob?: string };
  readonly only?: string;
}): AsyncGenerator<PlacedImage> {
  if (only === undefined) {
    for await (const image of listedImages({ input, features: { glob: "**/*", ...features } })(null)) {
      yield { store: input, image };
    }
    return;
  }
  // A file that was named is taken, whatever it is called: what it holds decides.
  const entry = await input.stat(only);
  if (entry === undefined) return;
  const { labelFrom } = features;
  const rule = labelFrom === undefined ? parentFolder(input.uri) : labelFromPattern(labelFrom);
  yield { store: input, image: { ...entry, label: rule(only) ?? "" } };
}

async function folderIs(path: string, name: string): Promise<boolean> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error) throw notFound(name, found.code === "ENOENT" ? "does not exist" : found.message);
  return found.isDirectory();
}

function notFound(name: string, why: string): UsageError {
  return new UsageError("image-not-found", `${name} ${why}`, { remedy: "Name files or folders of images." });
}
