import { type ObjectStore, outputLayout } from "@pomona/core";
import { parse } from "csv-parse";
import { passes, type QuarantineFilter, type QuarantinePage, type QuarantineRow } from "./quarantine-row.ts";

/**
 * Rows `from` to `from + count` (exclusive) of those that pass, of the quarantine list of a finished run. The list is
 * streamed: memory is bounded by the page, and reading ends with it.
 */
export async function readPublishedQuarantine(
  out: ObjectStore,
  filter: QuarantineFilter,
  { from, count }: { readonly from: number; readonly count: number },
): Promise<QuarantinePage> {
  const rows: QuarantineRow[] = [];
  const isWanted = passes(filter);
  let passed = 0;
  for await (const row of publishedQuarantine(out)) {
    if (!isWanted(row)) continue;
    passed += 1;
    if (passed <= from) continue;
    if (rows.length === count) return { rows, hasMore: true, incomplete: undefined };
    rows.push(row);
  }
  return { rows, hasMore: false, incomplete: undefined };
}

export async function* publishedQuarantine(out: ObjectStore): AsyncGenerator<QuarantineRow> {
  const parser = parse({ columns: true });
  const feed = async (): Promise<void> => {
    for await (const chunk of out.stream(outputLayout.quarantine)) {
      if (parser.destroyed) return;
      if (!parser.write(chunk)) await new Promise((resolve) => parser.once("drain", resolve).once("close", resolve));
    }
    parser.end();
  };
  feed().catch((error: Error) => parser.destroy(error));
  try {
    for await (const row of parser) yield row as QuarantineRow;
  } finally {
    parser.destroy();
  }
}
