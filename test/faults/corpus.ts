import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ObjectStore } from "@pomona/core";
import { openStore } from "@pomona/store";
import { drawPhotos } from "../fixtures/drawn-photos.ts";
import { makeHostileFiles } from "../fixtures/hostile-files.ts";
import { fileCases } from "../fixtures/hostile-table.ts";
import type { S3Server } from "../support/versitygw.ts";

/** Bucket and prefix of the images that every fault is tried on. */
export const corpus = "s3://photos/mixed";
export const corpusImages = 400;
/** Features and model of every run here, so that all results are the same. */
export const runOptions = ["--batch-size", "32", "--partitions", "3", "--max-quarantine", "90%"] as const;
/** All of the hostile corpus that S3 can hold. */
export const hostileCorpus = "s3://photos/hostile";

/** Files of the table that an S3 server can hold: regular, and named in UTF-8. */
export const hostileCases = fileCases.filter(({ key, bytes }) => !bytes && !key.startsWith("links/"));
/** Those that are about content: they are mixed among the ordinary photos. */
const mixedCases = hostileCases.filter(({ key }) => /^(?:kinds|bad)\//.test(key) && key !== "bad/huge.jpg");

/** Fills the buckets. The same bytes in every session, so that sessions can be compared. */
export async function makeCorpus(server: S3Server, scratch: string): Promise<void> {
  const s3 = { endpoint: server.endpoint };
  const folder = join(scratch, "corpus");
  const drawn = await drawPhotos(join(folder, "drawn"), {
    count: corpusImages - mixedCases.length,
    labels: 5,
    width: 320,
    height: 240,
  });
  const mixed = await openStore(corpus, { cwd: "/", s3 });
  await putFiles(mixed, join(folder, "drawn"), drawn);
  await makeHostileFiles(join(folder, "hostile"));
  await putFiles(
    mixed,
    join(folder, "hostile"),
    mixedCases.map(({ key }) => key),
  );
  const hostile = await openStore(hostileCorpus, { cwd: "/", s3 });
  await putFiles(
    hostile,
    join(folder, "hostile"),
    hostileCases.map(({ key }) => key),
  );
}

async function putFiles(store: ObjectStore, folder: string, keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    const path = join(folder, key);
    // 5 GiB of nothing: above what a single request may carry, and the limit is the same for less.
    const { size } = await lstat(path);
    const bytes = size > 2 ** 30 ? Buffer.alloc(65 * 2 ** 20) : await readFile(path);
    await store.put(key, bytes);
  }
}

/** Names in a folder; none where it is not there. */
export async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}
