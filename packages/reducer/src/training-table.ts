import { type OpenRun, PomonaError, runLayout, type TrainingRowsSource } from "@pomona/core";
import { type GroupRows, type TableFile, type TrainingTable, tableRows } from "@pomona/model";
import { readModel } from "./fit-model.ts";
import { readPartBooks } from "./project-part.ts";
import { readRows } from "./table-rows.ts";

/** The rows of a generation to train with, the same from either source. Throws {@link PomonaError} `missing-part`. */
export function trainingTable(run: OpenRun, generation: number, rows: TrainingRowsSource): Promise<TrainingTable> {
  return "parts" in rows ? tableOfParts(run, generation, rows.parts) : tableOfShards(run, generation, rows.batches);
}

async function tableOfParts(run: OpenRun, generation: number, parts: number): Promise<TrainingTable> {
  const layout = runLayout(run.file.run).generation(generation);
  const files: TableFile[] = [];
  const labels = new Map<string, number>();
  for (let part = 0; part < parts; part++) {
    const books = await readPartBooks(run, layout.partBooks(part));
    if (books === undefined) {
      throw new PomonaError("missing-part", `part ${layout.part(part)} is not made yet`, {
        remedy: "Run the same command again to make it.",
      });
    }
    files.push({ key: layout.part(part), bytes: books.bytes });
    for (const [label, rows] of Object.entries(books.labels)) labels.set(label, (labels.get(label) ?? 0) + rows);
  }
  const { dimension, components } = await readModel(run, generation);
  return { groups: () => tableRows(run.out, files), labels, dimension, components };
}

/** How many rows each label has is known only at their end, so all are kept. */
async function tableOfShards(run: OpenRun, generation: number, batches: number): Promise<TrainingTable> {
  const model = await readModel(run, generation);
  const groups: GroupRows[] = [];
  const labels = new Map<string, number>();
  for await (const rows of readRows(run, { from: 0, to: batches, model, onShard: () => {} })) {
    const { path, label, scaledFeatures, pcaFeatures } = rows;
    groups.push({ paths: path, labels: label, scaledFeatures, pcaFeatures });
    for (const name of label) labels.set(name, (labels.get(name) ?? 0) + 1);
  }
  const { dimension, components } = model;
  return { groups: () => groups, labels, dimension, components };
}
