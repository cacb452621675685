import { MissingObjectError, type ObjectStore } from "@pomona/core";
import { bundleNames } from "./bundle.ts";
import { check, classifiersFromJson, unreadable } from "./classifier-files.ts";
import type { Comparison } from "./comparison.ts";

/** How the classifiers of a model did, with the classes that its numbers mean. */
export interface ComparedClassifiers {
  readonly classes: readonly string[];
  readonly comparison: Comparison;
}

/**
 * The comparison below `prefix` of a store, without the rest of the bundle. Undefined where there is none: results of the
 * first versions have no bundle. Throws {@link PomonaError} `unreadable-model`.
 */
export async function readComparison(store: ObjectStore, prefix: string): Promise<ComparedClassifiers | undefined> {
  const keys = [prefix + bundleNames.classes, prefix + bundleNames.classifiers] as const;
  const [classes, classifiers] = await Promise.all(keys.map((key) => readJson(store, key)));
  if (classes === undefined || classifiers === undefined) return undefined;
  return {
    classes: check<{ classes: string[] }>(classes, "pomona.classes", keys[0]).classes,
    comparison: classifiersFromJson(classifiers, keys[1]),
  };
}

async function readJson(store: ObjectStore, key: string): Promise<unknown> {
  try {
    return JSON.parse(Buffer.from(await store.get(key)).toString("utf8"));
  } catch (error) {
    if (error instanceof MissingObjectError) return undefined;
    if (error instanceof SyntaxError) throw unreadable(key, "it is no JSON");
    throw error;
  }
}
