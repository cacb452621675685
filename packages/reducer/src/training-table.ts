import { type OpenRun, PomonaError, runLayout } from "@pomona/core";
import type { TableFile, TrainingTable } from "@pomona/model";
import { readModel } from "./fit-model.ts";
import { readPartBooks } from "./project-part.ts";

/** The parts of a generation as a table to train with. Throws {@link PomonaError} `missing-part`. */
export async function trainingTable(run: OpenRun, generation: number, parts: number): Promise<TrainingTable> {
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
  return { store: run.out, files, labels, dimension, components };
}
