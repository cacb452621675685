import { encodeJson } from "@pomona/core";
import { defaultNeighbours } from "@pomona/stats";
import { classifiersToJson } from "./classifier-files.ts";
import { compareClassifiers } from "./compare-classifiers.ts";
import { comparedRows, gatherRows, type TrainingTable } from "./training-table.ts";

/** `classifiers.json` of a table. The same rows give the same bytes. */
export async function compareOnTable(table: TrainingTable): Promise<Uint8Array> {
  const { rows } = await gatherRows(table, comparedRows);
  return encodeJson(classifiersToJson({ k: defaultNeighbours, comparison: await compareClassifiers(rows) }));
}
