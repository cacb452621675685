import { type CsvFlavour, type CsvJob, type JobResult, type OpenRun, PomonaError, runLayout } from "@pomona/core";
import { openParquet } from "@pomona/table";
import type { Table } from "apache-arrow";
import { stringify } from "csv-stringify/sync";
import { float32Text } from "./float32-text.ts";
import { readPartBooks } from "./project-part.ts";
import { putStreamed } from "./put-streamed.ts";

export interface WriteCsvOptions {
  /** How long the store may fail while the fragment is written. Default 120,000. */
  readonly giveUpAfterMs?: number;
}

/** Characters that are gathered before they are written. */
const pieceLength = 1 << 20;

type Vector = Float32Array | Float64Array;
/** The fields of row `i` that hold numbers, as they stand in its line. */
type RowFields = (i: number) => string;

/** Per flavour: the columns to read, and how their vectors become fields. */
const flavours: Record<
  CsvFlavour,
  { readonly columns: readonly string[]; readonly fieldsOf: (table: Table) => RowFields }
> = {
  compact: {
    columns: ["path", "label", "pcaFeatures"],
    fieldsOf: (table) => {
      const vector = vectorsOf(table, "pcaFeatures");
      return (i) => vector(i).join(",");
    },
  },
  full: {
    columns: ["path", "label", "features", "scaledFeatures", "pcaFeatures"],
    fieldsOf: (table) => {
      const features = vectorsOf(table, "features");
      const scaled = vectorsOf(table, "scaledFeatures");
      const pca = vectorsOf(table, "pcaFeatures");
      return (i) =>
        [
          list(Array.from(features(i), float32Text)),
          list(Array.from(scaled(i), float32Text)),
          list(Array.from(pca(i), String)),
        ].join(",");
    },
  },
};

/**
 * The rows of one part of the table as CSV (RFC 4180 quoting, line ends `\n`), without a header, in the part's order.
 * Numbers are the shortest decimals that are read back as the same float32 or float64. One row group is in memory.
 *
 * @throws PomonaError `missing-part` where the part is not made yet
 */
export async function writeCsv(
  job: CsvJob,
  run: OpenRun,
  { giveUpAfterMs = 120_000 }: WriteCsvOptions = {},
): Promise<JobResult> {
  const { out } = run;
  const generation = runLayout(run.file.run).generation(job.generation);
  const partKey = generation.part(job.part);
  const books = await readPartBooks(run, generation.partBooks(job.part));
  if (books === undefined) {
    throw new PomonaError("missing-part", `part ${partKey} is not made yet`, {
      remedy: "Run the same command again to make it.",
    });
  }
  const { bytes } = books;
  const { columns, fieldsOf } = flavours[job.flavour];
  async function* makeBody() {
    const part = await openParquet(out, partKey, bytes);
    for await (const table of part.tables(columns)) yield* linesOf(table, fieldsOf(table));
    part.close();
  }
  const key = generation.csv(job.part, job.flavour);
  if ((await out.stat(key)) === undefined) await putStreamed(out, key, { makeBody, giveUpAfterMs });
  return { rows: books.rows, quarantined: 0, decoded: 0 };
}

/** In pieces: a line of 1280 features is 30 kB. */
function* linesOf(table: Table, fields: RowFields): Generator<Uint8Array> {
  const path = table.getChild("path");
  const label = table.getChild("label");
  let lines = "";
  for (let i = 0; i < table.numRows; i++) {
    // Only names need quotes. A lone carriage return ends a line for some readers.
    const names = stringify([[path?.get(i), label?.get(i)]], { quoted_match: /\r/, eof: false });
    lines += `${names},${fields(i)}\n`;
    if (lines.length < pieceLength && i < table.numRows - 1) continue;
    yield Buffer.from(lines);
    lines = "";
  }
}

/** The vectors of a column by row. */
function vectorsOf(table: Table, name: string): (i: number) => Vector {
  const column = table.getChild(name);
  return (i) => {
    const vector: { toArray(): Vector } | null = column?.get(i) ?? null;
    if (vector === null) throw new TypeError(`row ${i} of the table has no ${name}`);
    return vector.toArray();
  };
}

/** A JSON list as a field of a CSV: it holds commas, so it is quoted. */
function list(numbers: readonly string[]): string {
  return `"[${numbers.join(",")}]"`;
}
