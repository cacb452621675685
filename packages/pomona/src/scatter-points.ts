import { parse } from "csv-parse/sync";
import type { ScatterPoint } from "./scatter-svg.ts";

/**
 * The first two components of each row of a compact `result.csv`; with one component only, y is 0.
 *
 * @throws Error where the header is another
 */
export function scatterPoints(csv: string | Uint8Array): ScatterPoint[] {
  const rows: string[][] = parse(typeof csv === "string" ? csv : Buffer.from(csv));
  const header = rows[0] ?? [];
  if (header.slice(0, 3).join() !== "path,label,pca_1") {
    throw new Error(`result.csv: expected the columns path,label,pca_1,…, got ${header.join(",")}`);
  }
  return rows.slice(1).map(([path = "", label = "", first, second = "0"]) => ({
    x: Number(first),
    y: Number(second),
    label,
    title: `${label}: ${path.slice(path.lastIndexOf("/") + 1)}`,
  }));
}
