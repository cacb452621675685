import { createHash } from "node:crypto";
import { type BundleFile, encodeJson, outputLayout } from "@pomona/core";

export interface SealBundleOptions {
  /** The files of `model/` by name, all but `bundle.json`. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly dimension: number;
  readonly components: number;
  readonly preparation: BundleFile["preparation"];
  readonly labelFrom?: string | undefined;
}

/** `bundle.json`: what belongs together, by its hashes. It is written last, so where it is, all is. */
export function sealBundle({ files, dimension, components, preparation, labelFrom }: SealBundleOptions): Uint8Array {
  const file: BundleFile = {
    name: "pomona.bundle",
    version: 1,
    dimension,
    components,
    preparation,
    ...(labelFrom !== undefined && { labelFrom }),
    files: [...files].map(([name, bytes]) => ({ name, bytes: bytes.byteLength, sha256: sha256(bytes) })),
  };
  return encodeJson(file);
}

/** Preparation of a run's photos, as far as it must be the same again. */
export function preparationOf({
  resampler,
  filter,
  exifRotate,
  maxPixels,
  maxBytes,
}: BundleFile["preparation"]): BundleFile["preparation"] {
  return { resampler, filter, exifRotate, maxPixels, maxBytes };
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Where a file of the bundle is published. */
export function bundleKey(name: string): string {
  return outputLayout.modelFile(name);
}
