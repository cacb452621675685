import { MissingObjectError, type ObjectStore, StoreUnavailableError, type Success } from "@pomona/core";
import { checkBooks } from "./check-books.ts";
import { checkBundle } from "./check-bundle.ts";
import { columnFaults } from "./check-columns.ts";
import { checkCsv } from "./check-csv.ts";
import { checkFiles } from "./check-files.ts";
import { checkModel } from "./check-model.ts";
import { messageOf } from "./message-of.ts";
import type { Model } from "./read-model.ts";
import { readSuccess } from "./read-success.ts";
import { openTablePart, type TableRows } from "./read-table.ts";
import { RowChecks } from "./row-checks.ts";
import { type Check, type Column, failed, type HeadRow, passed, type Validation } from "./validation.ts";

export interface ValidateOptions {
  /** Told after each row group. */
  readonly onProgress?: (progress: { readonly rows: number; readonly total: number }) => void;
}

const headRows = 5;
const headNumbers = 3;

/**
 * Checks a finished result against its `_SUCCESS`, its model and itself. Reads the table row group by row group, so
 * memory does not grow with it.
 *
 * Throws UsageError `no-result` where the output holds no finished result of ours; faults of a result are failed checks.
 */
export async function validateOutput(out: ObjectStore, { onProgress }: ValidateOptions = {}): Promise<Validation> {
  const success = await readSuccess(out);
  const books = checkBooks(success);
  const files = await checkFiles(out, success);
  const { check: modelCheck, model } = await checkModel(out, success);
  // Bytes that are not ours are not given to the Parquet reader: a WebAssembly module does not survive all of them.
  const intact = files.every(({ name, ok }) => ok || name !== "parts");
  const table = intact ? await checkTable(out, success, model, onProgress) : notRead;
  const bundleCheck = await checkBundle(out, success);
  const checks = [books, ...files, modelCheck, bundleCheck, ...table.checks, ...(await checkCsv(out, success))];
  return {
    out: out.uri,
    run: success.run,
    ok: checks.every(({ ok }) => ok),
    checks,
    columns: table.columns,
    head: table.head,
    pcaShape: table.head[0] === undefined ? [] : [success.model.components],
    explainedVariance: success.model.explainedVariance,
    untrained: success.untrained,
  };
}

interface TableResult {
  readonly checks: readonly Check[];
  readonly columns: readonly Column[];
  readonly head: readonly HeadRow[];
}

const notRead: TableResult = {
  checks: [failed("table", "not read, because its parts are not the published files")],
  columns: [],
  head: [],
};

async function checkTable(
  out: ObjectStore,
  success: Success,
  model: Model | undefined,
  onProgress: ValidateOptions["onProgress"],
): Promise<TableResult> {
  const rowChecks = model && new RowChecks(success, model);
  const head: HeadRow[] = [];
  let columns: readonly Column[] = [];
  let rows = 0;
  for (const { key, bytes } of success.parts) {
    try {
      const part = await openTablePart(out, key, bytes);
      if (columns.length === 0) columns = part.columns;
      const wrong = columnFaults(part.columns, columns, success);
      if (wrong.length > 0) return unread("columns", `${key}: ${wrong.join("; ")}`, columns, head);
      for await (const group of part.rows()) {
        rowChecks?.add(group);
        for (let row = 0; row < group.rows && head.length < headRows; row++) head.push(headRow(group, row, success));
        rows += group.rows;
        onProgress?.({ rows, total: success.books.featurized });
      }
      part.close();
    } catch (error) {
      if (error instanceof StoreUnavailableError || error instanceof MissingObjectError) throw error;
      return unread("table", `${key}: ${messageOf(error)}`, columns, head);
    }
  }
  const text = columns.map(({ name }) => name).join(", ");
  const rowResults = rowChecks?.finish() ?? [failed("rows", "not checked: there is no model to check them by")];
  return { checks: [passed("columns", text), ...rowResults], columns, head };
}

function unread(name: string, detail: string, columns: readonly Column[], head: readonly HeadRow[]): TableResult {
  return { checks: [failed(name, `${detail}; the rows were not checked`)], columns, head };
}

function headRow(group: TableRows, row: number, { model }: Success): HeadRow {
  const start = (values: Float32Array | Float64Array, width: number) =>
    Array.from(values.subarray(row * width, row * width + Math.min(width, headNumbers)));
  return {
    path: group.path(row),
    label: group.label(row),
    features: start(group.features, model.dimension),
    scaledFeatures: start(group.scaledFeatures, model.dimension),
    pcaFeatures: start(group.pcaFeatures, model.components),
  };
}
