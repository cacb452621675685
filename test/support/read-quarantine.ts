import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";

export interface QuarantineLine {
  readonly path: string;
  readonly label: string;
  readonly stage: string;
  readonly reason: string;
  readonly detail: string;
}

export async function readQuarantine(out: string): Promise<QuarantineLine[]> {
  return parse(await readFile(join(out, "quarantine.csv")), { columns: true });
}
