import { type BundleJob, type Fingerprint, type JobResult, type OpenRun, PomonaError, runLayout } from "@pomona/core";
import { buildBundle, bundleNames, preparationOf, type TableFile } from "@pomona/model";
import { readModel } from "./fit-model.ts";
import { pcaOf } from "./model-parts.ts";
import { readPartBooks } from "./project-part.ts";

/**
 * What classifies new images, from the parts of a generation: the files of `g<g>/model/`, `bundle.json` last, so where it
 * is, all are. A given model lies there from the beginning. Memory: the reference set, whatever the table.
 */
export async function makeBundle({ generation: g, parts }: BundleJob, run: OpenRun): Promise<JobResult> {
  const { out, file } = run;
  const generation = runLayout(file.run).generation(g);
  if ((await out.stat(generation.modelFile(bundleNames.bundle))) !== undefined) return nothing;

  const files: TableFile[] = [];
  const labels = new Map<string, number>();
  for (let part = 0; part < parts; part++) {
    const books = await readPartBooks(run, generation.partBooks(part));
    if (books === undefined) {
      throw new PomonaError("missing-part", `part ${generation.part(part)} is not made yet`, {
        remedy: "Run the same command again to make it.",
      });
    }
    files.push({ key: generation.part(part), bytes: books.bytes });
    for (const [label, rows] of Object.entries(books.labels)) labels.set(label, (labels.get(label) ?? 0) + rows);
  }
  const model = await readModel(run, g);
  const fingerprint = JSON.parse(
    Buffer.from(await out.get(runLayout(file.run).fingerprint)).toString("utf8"),
  ) as Fingerprint;
  const { count, mean, std, constantColumns } = model;
  const bundle = await buildBundle({
    store: out,
    files,
    labels,
    scaler: { count, mean, std, constantColumns },
    pca: pcaOf(model),
    fingerprint,
    preparation: preparationOf(file.features),
    labelFrom: file.features.labelFrom,
  });
  // The map ends with bundle.json.
  for (const [name, bytes] of bundle) await out.putIfAbsent(generation.modelFile(name), bytes);
  return nothing;
}

const nothing: JobResult = { rows: 0, quarantined: 0, decoded: 0 };
