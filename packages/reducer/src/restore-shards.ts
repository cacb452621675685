import { createHash } from "node:crypto";
import {
  type Batch,
  batchHash,
  decodeBatch,
  encodeShard,
  type JobResult,
  type OpenRun,
  type PartBooks,
  PomonaError,
  type QuarantinedImage,
  type RestoreJob,
  runLayout,
  type Shard,
} from "@pomona/core";
import { objectUri } from "@pomona/store";
import { openParquet } from "@pomona/table";
import { readModel } from "./fit-model.ts";
import { readPartBooks } from "./project-part.ts";
import { readFingerprintHash } from "./read-shards.ts";

/**
 * The shards of the batches of one part of the table, from its `features` column and its books: the bytes that the workers
 * wrote, where nothing was tried again since. Memory: a row group and a shard.
 *
 * @throws PomonaError `damaged-table` where the part is not what was written, or not of these batches
 */
export async function restoreShards(job: RestoreJob, run: OpenRun): Promise<JobResult> {
  const { out, file } = run;
  const layout = runLayout(file.run);
  const names = layout.generation(job.generation);
  const key = names.part(job.part);
  const books = await readPartBooks(run, names.partBooks(job.part));
  if (books === undefined) throw damaged(key, "it has no books");
  await checkBytes(run, key, books);
  const { dimension } = await readModel(run, job.generation);
  const fingerprint = await readFingerprintHash(run);
  const bad = new Map(books.quarantined.map((image) => [image.key, image]));
  const rows = readFeatures(run, key, books.bytes);
  let restored = 0;
  for (let n = job.from; n < job.to; n++) {
    const batch = decodeBatch(await out.get(layout.batch(n)), layout.batch(n));
    const content = await takeRows(batch, { bad, rows, dimension, input: run.input.uri, key });
    const identity = { run: file.run, batch: n, batchHash: batchHash(batch), fingerprint };
    await out.putIfAbsent(layout.shard(n), encodeShard({ ...identity, ...content, dimension }));
    restored += content.index.length;
  }
  return { rows: restored, quarantined: 0, decoded: 0 };
}

interface TableRow {
  readonly path: string;
  readonly features: Float32Array;
}

/** The next rows of the table, as many as the batch has images that are not in quarantine. */
async function takeRows(
  { images }: Batch,
  table: {
    readonly bad: ReadonlyMap<string, PartBooks["quarantined"][number]>;
    readonly rows: AsyncIterator<TableRow>;
    readonly dimension: number;
    readonly input: string;
    readonly key: string;
  },
): Promise<Pick<Shard, "index" | "features" | "quarantined">> {
  const { bad, rows, dimension, input, key } = table;
  const index: number[] = [];
  const quarantined: QuarantinedImage[] = [];
  const features = new Float32Array(images.filter((image) => !bad.has(image.key)).length * dimension);
  for (const [at, image] of images.entries()) {
    const why = bad.get(image.key);
    if (why !== undefined) {
      const { stage, reason, detail } = why as Omit<QuarantinedImage, "index">;
      quarantined.push({ index: at, stage, reason, detail });
      continue;
    }
    const { value: row, done } = await rows.next();
    const path = objectUri(input, image.key);
    if (done === true || row.path !== path) throw damaged(key, `it has no row of ${path} in its place`);
    features.set(row.features, index.length * dimension);
    index.push(at);
  }
  return { index: Uint32Array.from(index), features, quarantined };
}

async function* readFeatures({ out }: OpenRun, key: string, bytes: number): AsyncGenerator<TableRow> {
  const part = await openParquet(out, key, bytes);
  for await (const table of part.tables(["path", "features"])) {
    const paths = table.getChild("path");
    const features = table.getChild("features");
    for (let i = 0; i < table.numRows; i++) {
      yield { path: String(paths?.get(i)), features: features?.get(i)?.toArray() as Float32Array };
    }
  }
  part.close();
}

/** Features that changed on the disk must not become shards with a hash of their own. */
async function checkBytes({ out }: OpenRun, key: string, { sha256 }: PartBooks): Promise<void> {
  const hash = createHash("sha256");
  for await (const piece of out.stream(key)) hash.update(piece);
  if (hash.digest("hex") !== sha256) throw damaged(key, "its content does not match its hash");
}

function damaged(key: string, why: string): PomonaError {
  return new PomonaError("damaged-table", `the features cannot be taken from ${key}: ${why}`, {
    remedy: "Give --overwrite to start again, or choose another output.",
  });
}
