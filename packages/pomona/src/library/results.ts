import {
  type CompareOptions,
  compareTables,
  readTableRows,
  type TableComparison,
  type TableRow,
  type Validation,
  validateOutput,
} from "@pomona/report";
import { openTablePlace } from "../open-table-place.ts";
import { openPlace } from "../places.ts";
import { writeReport } from "../write-report.ts";
import { type PlaceOptions, placesOf } from "./surroundings-of.ts";

export interface ReadTableOptions extends Pick<PlaceOptions, "cwd"> {
  /** Only these vectors are read; the others are empty. @defaultValue all three */
  readonly columns?: readonly ("features" | "scaledFeatures" | "pcaFeatures")[];
}

/** The rows of a finished result, in listing order. Memory is bounded by one row group, whatever the table. */
export async function* readTable(out: string, { cwd, columns }: ReadTableOptions = {}): AsyncGenerator<TableRow> {
  yield* readTableRows(await openResult(out, cwd), columns && { columns });
}

/** Reads a result back and checks it, as `pomona validate` does. Faults are failed checks, not exceptions. */
export async function validate(out: string, { cwd }: Pick<PlaceOptions, "cwd"> = {}): Promise<Validation> {
  return validateOutput(await openResult(out, cwd));
}

/** Compares two tables by path, as `pomona compare` does: results, folders of Parquet files, Parquet or CSV files. */
export async function compare(
  a: string,
  b: string,
  { cwd, ...options }: Pick<PlaceOptions, "cwd"> & Pick<CompareOptions, "tolerances"> = {},
): Promise<TableComparison> {
  const places = placesOf({ cwd });
  return compareTables(await openTablePlace(a, places.cwd), await openTablePlace(b, places.cwd), options);
}

/** Writes `report.html`, `report.json` and `plots/` of a finished result again. */
export async function report(out: string, { cwd }: Pick<PlaceOptions, "cwd"> = {}): Promise<void> {
  await writeReport({ out: await openResult(out, cwd), cwd: placesOf({ cwd }).cwd });
}

function openResult(out: string, cwd: string | undefined) {
  return openPlace(out, placesOf({ cwd }).cwd, "input");
}
