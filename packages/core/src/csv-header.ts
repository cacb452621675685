/** Flavours of `result.csv` that have rows. */
export type CsvFlavour = "compact" | "full";

const fixedColumns = ["path", "label"];

/** The header line of a CSV of the table, with its line end; `k` is the number of components. */
export function csvHeader(flavour: CsvFlavour, k: number): string {
  const vectors: Record<CsvFlavour, string[]> = {
    compact: Array.from({ length: k }, (_, i) => `pca_${i + 1}`),
    full: ["features", "scaledFeatures", "pcaFeatures"],
  };
  return `${[...fixedColumns, ...vectors[flavour]].join(",")}\n`;
}
