import { type ObjectStore, outputLayout, type Success } from "@pomona/core";
import { countCsvRecords } from "./csv-records.ts";
import { type Check, failed, passed } from "./validation.ts";

/** The CSV files hold a record for each row of the table and for each quarantined image. */
export async function checkCsv(out: ObjectStore, { books, csv }: Success): Promise<Check[]> {
  const checks = [check("quarantine.csv", await recordsIn(out, [outputLayout.quarantine]), books.quarantined)];
  if (csv === "none") return checks;
  const parts: string[] = [];
  for await (const { key } of out.list({ prefix: outputLayout.csvParts })) parts.push(key);
  const keys = parts.length > 0 ? parts : [outputLayout.csv];
  return [
    ...checks,
    check(parts.length > 0 ? "csv parts" : "result.csv", await recordsIn(out, keys), books.featurized),
  ];
}

/** Records of all files but their headers; undefined where none of the files is there. */
async function recordsIn(out: ObjectStore, keys: readonly string[]): Promise<number | undefined> {
  let records: number | undefined;
  for (const key of keys) {
    if ((await out.stat(key)) === undefined) continue;
    records = (records ?? 0) + (await countCsvRecords(out.stream(key))) - 1;
  }
  return records;
}

function check(name: string, records: number | undefined, expected: number): Check {
  if (records === undefined) return failed(name, "the file is not there");
  if (records !== expected) return failed(name, `${records} records instead of ${expected}`);
  return passed(name, `${records} records`);
}
