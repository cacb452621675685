import {
  type BundleJob,
  type Fingerprint,
  type JobResult,
  MissingObjectError,
  type OpenRun,
  PomonaError,
  runLayout,
} from "@pomona/core";
import { bundleNames, bundleNotes, preparationOf, sealBundle } from "@pomona/model";
import { readModel } from "./fit-model.ts";

/** Seals the files of `g<g>/model/`: `bundle.json` is last, so where it is, all are. */
export async function makeBundle({ generation: g }: BundleJob, run: OpenRun): Promise<JobResult> {
  const { out, file } = run;
  const layout = runLayout(file.run);
  const { modelFile } = layout.generation(g);
  if ((await out.stat(modelFile(bundleNames.bundle))) !== undefined) return nothing;

  const { dimension, components } = await readModel(run, g);
  const fingerprint = JSON.parse(Buffer.from(await out.get(layout.fingerprint)).toString("utf8")) as Fingerprint;
  const notes = bundleNotes({ dimension, components, fingerprint });
  for (const [name, bytes] of notes) await out.putIfAbsent(modelFile(name), bytes);
  const files = new Map<string, Uint8Array>();
  for (const name of [...trained, ...notes.keys()]) {
    const bytes = await find(run, modelFile(name));
    if (bytes !== undefined) files.set(name, bytes);
    else if (name !== bundleNames.logistic) throw missing(modelFile(name));
  }
  const { features } = file;
  const seal = sealBundle({
    files,
    dimension,
    components,
    preparation: preparationOf(features),
    labelFrom: features.labelFrom,
  });
  await out.putIfAbsent(modelFile(bundleNames.bundle), seal);
  return nothing;
}

/** What the jobs before this one made; of very many labels there is no logistic regression. */
const trained = [
  bundleNames.scaler,
  bundleNames.pca,
  bundleNames.classes,
  bundleNames.centroids,
  bundleNames.logistic,
  bundleNames.reference,
  bundleNames.classifiers,
];

async function find({ out }: OpenRun, key: string): Promise<Uint8Array | undefined> {
  try {
    return await out.get(key);
  } catch (error) {
    if (error instanceof MissingObjectError) return undefined;
    throw error;
  }
}

function missing(key: string): PomonaError {
  return new PomonaError("missing-model", `${key} is not made yet`, {
    remedy: "Run the same command again to make it.",
  });
}

const nothing: JobResult = { rows: 0, quarantined: 0, decoded: 0 };
