import {
  csvHeader,
  decodePartBooks,
  encodeJson,
  type Fingerprint,
  type ObjectStore,
  outputLayout,
  runLayout,
} from "@pomona/core";
import { stringify } from "csv-stringify/sync";

/** Above this many rows the CSV stays in parts beside each other instead of being one file. */
const oneFileRows = 1_000_000;

export interface PublishOptions {
  readonly out: ObjectStore;
  readonly run: string;
  readonly generation: number;
  readonly parts: number;
  readonly rows: number;
  readonly csv: "compact" | "full" | "none";
  readonly components: number;
  readonly labels: readonly string[];
  readonly fingerprint: Fingerprint;
  /** What the quarantine list shows as an image's path. */
  readonly pathOf: (key: string) => string;
}

/**
 * Gives the files of a generation their final names; doing it twice is harmless. What an earlier generation left over
 * is removed. `_SUCCESS` is not written here: it comes last, from whoever calls this.
 */
export async function publishFiles(options: PublishOptions): Promise<void> {
  const { out, run, generation, parts, labels, fingerprint } = options;
  const names = runLayout(run).generation(generation);
  for (let part = 0; part < parts; part++) await out.copy(names.part(part), outputLayout.parquetPart(part));
  await out.copy(names.modelFile("scaler.json"), outputLayout.scaler);
  await out.copy(names.modelFile("pca.json"), outputLayout.pca);
  await out.put(outputLayout.classes, encodeJson({ name: "pomona.classes", version: 1, classes: labels }));
  await out.put(outputLayout.modelFingerprint, encodeJson(fingerprint));
  await publishCsv(options);
  await out.put(outputLayout.quarantine, quarantineLines(options));
  await removeSurplus(out, outputLayout.parquet, (key) => isPublishedPart(key, parts, outputLayout.parquetPart));
}

async function publishCsv(options: PublishOptions): Promise<void> {
  const { out, run, generation, parts, rows, csv, components } = options;
  const names = runLayout(run).generation(generation);
  const header = Buffer.from(csvHeader(csv === "full" ? "full" : "compact", components));
  const oneFile = csv !== "none" && rows <= oneFileRows;
  const partFiles = csv !== "none" && !oneFile;
  async function* lines(from: number, to: number): AsyncGenerator<Uint8Array> {
    yield header;
    for (let part = from; part < to; part++) yield* out.stream(names.csv(part, csv));
  }
  if (oneFile) await out.put(outputLayout.csv, lines(0, parts));
  else await out.delete([outputLayout.csv]);
  if (partFiles)
    for (let part = 0; part < parts; part++) await out.put(outputLayout.csvPart(part), lines(part, part + 1));
  await removeSurplus(
    out,
    outputLayout.csvParts,
    (key) => partFiles && isPublishedPart(key, parts, outputLayout.csvPart),
  );
}

async function* quarantineLines({ out, run, generation, parts, pathOf }: PublishOptions): AsyncGenerator<Uint8Array> {
  yield Buffer.from(stringify([["path", "label", "stage", "reason", "detail"]]));
  for (let part = 0; part < parts; part++) {
    const key = runLayout(run).generation(generation).partBooks(part);
    const { quarantined } = decodePartBooks(await out.get(key), key);
    const rows = quarantined.map((image) => [pathOf(image.key), image.label, image.stage, image.reason, image.detail]);
    if (rows.length > 0) yield Buffer.from(stringify(rows));
  }
}

function isPublishedPart(key: string, parts: number, nameOf: (part: number) => string): boolean {
  const number = Number(/part-(\d+)\./.exec(key)?.[1] ?? Number.NaN);
  return number < parts && key === nameOf(number);
}

async function removeSurplus(out: ObjectStore, prefix: string, keep: (key: string) => boolean): Promise<void> {
  const surplus: string[] = [];
  for await (const { key } of out.list({ prefix })) if (!keep(key)) surplus.push(key);
  if (surplus.length > 0) await out.delete(surplus);
}
