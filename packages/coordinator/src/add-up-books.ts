import {
  BooksError,
  decodePartBooks,
  type ObjectStore,
  outputLayout,
  type PublishedPart,
  runLayout,
  type Success,
} from "@pomona/core";

/** The account of a generation: its parts added up. */
export type Books = Pick<Success, "books" | "labels" | "quarantinedByReason"> & { readonly parts: PublishedPart[] };

/**
 * Adds up what every part accounts for. Throws {@link BooksError} unless listed = featurized + quarantined: such a
 * result is never published.
 */
export async function addUpBooks(options: {
  readonly out: ObjectStore;
  readonly run: string;
  readonly generation: number;
  readonly parts: number;
  readonly listed: number;
}): Promise<Books> {
  const { out, run, generation, parts: count, listed } = options;
  const names = runLayout(run).generation(generation);
  const labels = new Map<string, number>();
  const reasons = new Map<string, number>();
  const parts: PublishedPart[] = [];
  let quarantined = 0;
  for (let part = 0; part < count; part++) {
    const key = names.partBooks(part);
    const books = decodePartBooks(await out.get(key), key);
    const { rows, bytes, sha256 } = books;
    parts.push({ key: outputLayout.parquetPart(part), rows, bytes, sha256 });
    quarantined += books.quarantined.length;
    for (const [label, n] of Object.entries(books.labels)) labels.set(label, (labels.get(label) ?? 0) + n);
    for (const { reason } of books.quarantined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  const featurized = parts.reduce((sum, { rows }) => sum + rows, 0);
  const missing = listed - featurized - quarantined;
  if (missing !== 0) {
    throw new BooksError(
      "books-do-not-balance",
      `${listed} listed, but ${featurized} featurized + ${quarantined} quarantined`,
      {
        remedy: "This is a fault of Pomona: keep the output folder and report it. --overwrite starts again.",
      },
    );
  }
  return {
    parts,
    // Keys strictly increase along the chain, so no image can be there twice.
    books: { listed, featurized, quarantined, missing, duplicates: 0 },
    labels: sorted(labels),
    quarantinedByReason: sorted(reasons),
  };
}

function sorted(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
