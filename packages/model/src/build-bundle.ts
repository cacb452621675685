import { type BundleFile, encodeJson, type Fingerprint, type ObjectStore } from "@pomona/core";
import { defaultNeighbours, type Pca, pcaToMlPcaJson, type Scaler, scalerToJson } from "@pomona/stats";
import { bundleNames } from "./bundle.ts";
import { bundleReadme } from "./bundle-readme.ts";
import { encodeNumbers } from "./classifier-files.ts";
import { compareOnTable } from "./compare-on-table.ts";
import { sealBundle } from "./seal-bundle.ts";
import { type TableFile, tableRows } from "./table-rows.ts";
import { trainClassifiers } from "./train-classifiers.ts";
import type { TrainingTable } from "./training-table.ts";

export interface BuildBundleOptions extends Pick<TrainingTable, "labels"> {
  readonly store: ObjectStore;
  /** In the table's order. */
  readonly files: readonly TableFile[];
  readonly scaler: Scaler;
  readonly pca: Pca;
  readonly fingerprint: Fingerprint;
  readonly preparation: BundleFile["preparation"];
  readonly labelFrom?: string | undefined;
}

/**
 * The files of `model/` by name from a finished table, `bundle.json` last: in one go what a run does in several jobs.
 * The same rows give the same bytes.
 */
export async function buildBundle(options: BuildBundleOptions): Promise<Map<string, Uint8Array>> {
  const { store, files: parts, labels, scaler, pca, fingerprint, preparation, labelFrom } = options;
  const { dimension, k: components } = pca;
  const table = { groups: () => tableRows(store, parts), labels, dimension, components };
  const files = new Map<string, Uint8Array>([
    [bundleNames.scaler, encodeNumbers(scalerToJson(scaler))],
    [bundleNames.pca, encodeNumbers(pcaToMlPcaJson(pca))],
    ...(await trainClassifiers(table)),
    [bundleNames.classifiers, await compareOnTable(table)],
    ...bundleNotes({ dimension, components, fingerprint }),
  ]);
  return files.set(bundleNames.bundle, sealBundle({ files, dimension, components, preparation, labelFrom }));
}

export interface BundleNotes {
  readonly dimension: number;
  readonly components: number;
  readonly fingerprint: Fingerprint;
}

/** The files that say what the others are, by name. */
export function bundleNotes({ dimension, components, fingerprint }: BundleNotes): Map<string, Uint8Array> {
  const readme = bundleReadme({ dimension, components, k: defaultNeighbours });
  return new Map([
    [bundleNames.fingerprint, encodeJson(fingerprint)],
    [bundleNames.readme, Buffer.from(readme)],
  ]);
}
