import {
  decodeBundleFile,
  type Fingerprint,
  MissingObjectError,
  type ObjectStore,
  PomonaError,
  UsageError,
} from "@pomona/core";
import { pcaFromMlPcaJson, scalerFromJson } from "@pomona/stats";
import { type Bundle, bundleNames } from "./bundle.ts";
import { centroidsFromJson, check, classifiersFromJson, logisticFromJson, unreadable } from "./classifier-files.ts";
import { decodeReferenceSet } from "./reference-set.ts";
import { sha256 } from "./seal-bundle.ts";

/**
 * The bundle below `prefix` of a store (`model/` of an output, nothing of a folder that only holds the bundle), each file
 * checked by its hash. Undefined where there is no `bundle.json`. Throws {@link PomonaError} `unreadable-model`.
 */
export async function readBundle(store: ObjectStore, prefix: string): Promise<Bundle | undefined> {
  const key = prefix + bundleNames.bundle;
  const first = await store.get(key).catch((error: unknown) => {
    if (error instanceof MissingObjectError) return undefined;
    throw error;
  });
  if (first === undefined) return undefined;
  const file = decodeBundleFile(first, key);
  const read = file.files.map(async ({ name, sha256: expected }) => {
    const bytes = await store.get(prefix + name).catch((error: unknown) => {
      if (error instanceof MissingObjectError) throw unreadable(prefix + name, "it is missing");
      throw error;
    });
    if (sha256(bytes) !== expected) throw unreadable(prefix + name, "it is not the file that bundle.json names");
    return [name, bytes] as const;
  });
  const files = new Map<string, Uint8Array>(await Promise.all(read));
  return decodeBundle(files.set(bundleNames.bundle, first), store.uri + prefix);
}

/** A bundle from its files by name. @param place for messages */
export function decodeBundle(files: ReadonlyMap<string, Uint8Array>, place: string): Bundle {
  const bytesOf = (name: string): Uint8Array => {
    const bytes = files.get(name);
    if (bytes === undefined) throw unreadable(place + name, "it is missing");
    return bytes;
  };
  const json = (name: string): unknown => {
    try {
      return JSON.parse(Buffer.from(bytesOf(name)).toString("utf8"));
    } catch (error) {
      throw error instanceof PomonaError ? error : unreadable(place + name, "it is no JSON");
    }
  };
  const numbers = <T>(name: string, decode: (json: unknown) => T): T => {
    try {
      return decode(json(name));
    } catch (error) {
      throw error instanceof PomonaError ? error : unreadable(place + name, (error as Error).message);
    }
  };
  const { bundle, scaler, pca, classes, centroids, logistic, fingerprint, reference, classifiers } = bundleNames;
  return {
    place,
    file: decodeBundleFile(bytesOf(bundle), place + bundle),
    fingerprint: check<Fingerprint>(json(fingerprint), "pomona.fingerprint", place + fingerprint),
    scaler: numbers(scaler, scalerFromJson),
    pca: numbers(pca, pcaFromMlPcaJson),
    classes: check<{ classes: string[] }>(json(classes), "pomona.classes", place + classes).classes,
    centroids: centroidsFromJson(json(centroids), place + centroids),
    logistic: files.has(logistic) ? logisticFromJson(json(logistic), place + logistic) : undefined,
    reference: decodeReferenceSet(bytesOf(reference), place + reference),
    comparison: classifiersFromJson(json(classifiers), place + classifiers),
    files,
  };
}

/** Throws {@link UsageError} `fingerprint-mismatch` naming each part in which `differences` differ. */
export function refuseOtherFingerprint(place: string, differences: readonly string[]): void {
  if (differences.length === 0) return;
  throw new UsageError(
    "fingerprint-mismatch",
    `the model ${place} was made of other features (${differences.join("; ")})`,
    {
      remedy: "Use the weights, resampler, engine and version of Pomona that made it: numbers would not mean the same.",
    },
  );
}
