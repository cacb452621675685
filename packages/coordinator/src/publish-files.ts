import { type BundleFile, csvHeader, decodePartBooks, type ObjectStore, outputLayout, runLayout } from "@pomona/core";
import { stringify } from "csv-stringify/sync";

export interface PublishOptions {
  readonly out: ObjectStore;
  readonly run: string;
  readonly generation: number;
  readonly parts: number;
  readonly rows: number;
  readonly csv: "compact" | "full" | "none";
  readonly components: number;
  /** What classifies new images, as the generation made it. */
  readonly bundle: BundleFile;
  /** What the quarantine list shows as an image's path. */
  readonly pathOf: (key: string) => string;
  /** Above this many rows the CSV stays in parts beside each other instead of being one file. Default: a million. */
  readonly oneFileRows?: number;
  /** Called before each write: what it throws ends the publishing. */
  readonly beforeEach: () => Promise<void>;
}

/** Below `model/`, here and in a generation. */
export const bundleName = "bundle.json";

type Write = () => Promise<void>;

/**
 * Gives the files of a generation their final names; doing it twice is harmless. What an earlier generation left over
 * is removed. `_SUCCESS` is not written here: it comes last, from whoever calls this.
 */
export async function publishFiles(options: PublishOptions): Promise<void> {
  const { out, beforeEach } = options;
  const quarantine: Write = () => out.put(outputLayout.quarantine, quarantineLines(options));
  const earlierReport: Write = () => removeReport(out);
  for (const write of [
    ...tableWrites(options),
    ...modelWrites(options),
    ...csvWrites(options),
    quarantine,
    earlierReport,
  ]) {
    await beforeEach();
    await write();
  }
}

function tableWrites({ out, run, generation, parts }: PublishOptions): Write[] {
  const { part: made } = runLayout(run).generation(generation);
  const { parquet, parquetPart } = outputLayout;
  return [
    ...partNumbers(parts).map((part) => () => out.copy(made(part), parquetPart(part))),
    () => removeSurplus(out, parquet, parts, parquetPart),
  ];
}

/** The files of the bundle, and last the one that names them. */
function modelWrites({ out, run, generation, bundle }: PublishOptions): Write[] {
  const { modelFile: made } = runLayout(run).generation(generation);
  const names = [...bundle.files.map(({ name }) => name), bundleName];
  return [
    ...names.map((name) => () => out.copy(made(name), outputLayout.modelFile(name))),
    () => removeAllBut(out, outputLayout.model, new Set(names.map(outputLayout.modelFile))),
  ];
}

/** One file, or one for each part, or none; what another flavour or size left is removed. */
function csvWrites(options: PublishOptions): Write[] {
  const { out, parts, rows, csv, oneFileRows = 1_000_000 } = options;
  const { csv: file, csvParts, csvPart } = outputLayout;
  const isOneFile = csv !== "none" && rows <= oneFileRows;
  const partFiles = csv === "none" || isOneFile ? 0 : parts;
  return [
    () => (isOneFile ? out.put(file, csvLines(options, 0, parts)) : removeIfThere(out, file)),
    ...partNumbers(partFiles).map((part) => () => out.put(csvPart(part), csvLines(options, part, part + 1))),
    () => removeSurplus(out, csvParts, partFiles, csvPart),
  ];
}

/** Parts `from` to `to` (exclusive) below one header. */
async function* csvLines(options: PublishOptions, from: number, to: number): AsyncGenerator<Uint8Array> {
  const { out, run, generation, csv, components } = options;
  yield Buffer.from(csvHeader(csv === "full" ? "full" : "compact", components));
  for (let part = from; part < to; part++) yield* out.stream(runLayout(run).generation(generation).csv(part, csv));
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

/** A report speaks of the result that it was made of, and goes with it. */
async function removeReport(out: ObjectStore): Promise<void> {
  const { report, reportData, plots } = outputLayout;
  for (const key of [report, reportData]) await removeIfThere(out, key);
  await removeSurplus(out, plots, 0, () => "");
}

/** Asked first: a run may lack the right to delete. */
async function removeIfThere(out: ObjectStore, key: string): Promise<void> {
  if ((await out.stat(key)) !== undefined) await out.delete([key]);
}

/** Removes everything below `prefix` but the names of parts 0 to `parts` (exclusive). */
async function removeSurplus(
  out: ObjectStore,
  prefix: string,
  parts: number,
  nameOf: (part: number) => string,
): Promise<void> {
  await removeAllBut(out, prefix, new Set(partNumbers(parts).map(nameOf)));
}

async function removeAllBut(out: ObjectStore, prefix: string, keep: ReadonlySet<string>): Promise<void> {
  const surplus: string[] = [];
  for await (const { key } of out.list({ prefix })) if (!keep.has(key)) surplus.push(key);
  if (surplus.length > 0) await out.delete(surplus);
}

function partNumbers(parts: number): number[] {
  return Array.from({ length: parts }, (_, part) => part);
}
