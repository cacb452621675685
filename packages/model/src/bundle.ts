import type { BundleFile, Fingerprint } from "@pomona/core";
import type { Centroids, LogisticRegression, Pca, Scaler } from "@pomona/stats";
import type { Comparison } from "./comparison.ts";
import type { ReferenceSet } from "./reference-set.ts";

/** A model as it lies in `model/`, read: everything that new images are measured by. */
export interface Bundle {
  /** Address of the output it is part of, or of the folder it was copied to. */
  readonly place: string;
  readonly file: BundleFile;
  readonly fingerprint: Fingerprint;
  readonly scaler: Scaler;
  readonly pca: Pca;
  /** In byte order: ties go to the first. */
  readonly classes: readonly string[];
  readonly centroids: Centroids;
  /** Undefined where there were too many labels to train it. */
  readonly logistic: LogisticRegression | undefined;
  readonly reference: ReferenceSet;
  readonly comparison: Comparison;
  /** The files as stored, `bundle.json` among them. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Names of the files below `model/`. */
export const bundleNames = {
  bundle: "bundle.json",
  scaler: "scaler.json",
  pca: "pca.json",
  classes: "classes.json",
  fingerprint: "fingerprint.json",
  centroids: "centroids.json",
  logistic: "logistic.json",
  reference: "reference.arrow",
  classifiers: "classifiers.json",
  readme: "README.md",
} as const;
