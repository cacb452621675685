import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeShard, type ObjectStore } from "@pomona/core";
import { openStore } from "@pomona/store";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { copyPhotos } from "../support/copy-photos.ts";
import { type FaultProxy, startFaultProxy } from "../support/fault-proxy.ts";
import { type Ended, mustRun, pomona, runArguments, startPomona } from "../support/pomona.ts";
import { pythonHas, runPython } from "../support/python.ts";
import { readParts, readTable } from "../support/read-table.ts";
import { imagesInShards, onlyRun, readRunState, readSuccess } from "../support/run-state.ts";
import { makeScratch } from "../support/scratch.ts";
import { type S3Server, startVersitygw, versitygw } from "../support/versitygw.ts";
import { waitFor } from "../support/wait-for.ts";

const photos = 40;
/** Ten batches, so that there is a middle to be killed in. */
const options = ["--batch-size", "4", "--workers", "1"];
const input = "s3://photos/fruits 1+2%20";

/** Credentials and region come from the environment, as for Pomona itself. */
const pandas = `
import json, sys, numpy, pandas
from pyarrow import fs
store = fs.S3FileSystem(endpoint_override=sys.argv[1])
table = pandas.read_parquet(sys.argv[2], filesystem=store)
features = numpy.stack(table["features"])
print(json.dumps({
  "columns": list(table.columns),
  "paths": table["path"].tolist(),
  "labels": table["label"].tolist(),
  "shape": features.shape,
  "first": features[0].tolist(),
  "components": numpy.stack(table["pcaFeatures"]).tolist(),
}))`;

interface PandasTable {
  readonly columns: string[];
  readonly paths: string[];
  readonly labels: string[];
  readonly shape: number[];
  readonly first: number[];
  readonly components: number[][];
}

describe.skipIf(versitygw === undefined)("a run from S3 to S3", () => {
  let server: S3Server;
  let proxy: FaultProxy;
  let scratch: string;
  let env: Record<string, string>;
  let folder: string;
  let keys: string[];
  let undisturbed: Map<string, Buffer>;
  let results: ObjectStore;

  /** Where the server keeps an output: what a run stores is looked at without S3. */
  const folderOf = (out: string): string => join(server.folder, out.replace("s3://", ""));
  const arguments_ = (out: string, ...more: string[]): string[] => runArguments(input, out, ...options, ...more);

  beforeAll(async () => {
    server = await startVersitygw();
    Object.assign(process.env, server.env);
    proxy = await startFaultProxy(server.endpoint);
    scratch = await makeScratch("s3-run");
    env = { ...server.env, POMONA_S3_ENDPOINT: proxy.endpoint };
    for (const bucket of ["photos", "results"]) await server.createBucket(bucket);
    folder = join(scratch, "photos");
    keys = (await copyPhotos(folder, photos)).sort();
    const s3 = { endpoint: server.endpoint };
    const store = await openStore(input, { cwd: "/", s3 });
    for (const key of keys) await store.put(key, await readFile(join(folder, key)));
    results = await openStore("s3://results", { cwd: "/", s3 });

    const { json } = await mustRun(arguments_("s3://results/undisturbed"), { scratch, env });
    expect(json).toMatchObject({ images: photos, featurized: photos, decodedImages: photos, quarantined: 0 });
    undisturbed = await readParts(folderOf("s3://results/undisturbed"));
  });
  beforeEach(() => proxy.inject(() => undefined));
  afterAll(async () => {
    await proxy.close();
    await server.close();
  });

  it("gives the table that a folder gives, read back through the store", async () => {
    const copy = join(scratch, "copy");
    const local = await openStore(copy, { cwd: "/" });
    for await (const { key } of results.list({ prefix: "undisturbed/parquet/" })) {
      await local.put(key.replace("undisturbed/", ""), await results.get(key));
    }
    const rows = await readTable(copy);
    expect(rows.map(({ path }) => path)).toEqual(keys.map((key) => `${input}/${key}`));

    await mustRun(runArguments(folder, join(scratch, "from-folder"), ...options), { scratch });
    const expected = await readTable(join(scratch, "from-folder"));
    expect(rows.map(({ path: _, ...row }) => row)).toEqual(expected.map(({ path: _, ...row }) => row));
  });

  it.skipIf(!pythonHas("pyarrow", "pandas"))("is read by pandas through the S3 file system of pyarrow", async () => {
    const read = runPython<PandasTable>(pandas, server.endpoint, "results/undisturbed/parquet");
    const rows = await readTable(folderOf("s3://results/undisturbed"));
    expect(read.columns).toEqual(["path", "label", "features", "scaledFeatures", "pcaFeatures"]);
    expect(read.paths).toEqual(rows.map(({ path }) => path));
    expect(read.labels).toEqual(rows.map(({ label }) => label));
    expect(read.shape).toEqual([photos, 1280]);
    expect(read.first).toEqual(Array.from(rows[0].features));
    expect(read.components).toEqual(rows.map(({ pcaFeatures }) => Array.from(pcaFeatures)));
  });

  it("is valid, and does nothing when it is asked for again", async () => {
    const validated = await pomona(["validate", "s3://results/undisturbed", "--json"], { scratch, env });
    expect(validated.stderr).toBe("");
    expect(validated).toMatchObject({ code: 0, json: { ok: true } });
    const { json } = await mustRun(arguments_("s3://results/undisturbed"), { scratch, env });
    expect(json).toMatchObject({ outcome: "finished", decodedImages: 0 });
  });

  it("may write to a folder, and take its keys from a list on S3, with the same numbers", async () => {
    const out = join(scratch, "to-folder");
    await mustRun(arguments_(out), { scratch, env });
    expect(await readParts(out)).toEqual(undisturbed);

    await results.put("lists/keys.txt", Buffer.from(keys.toReversed().join("\n")));
    const listed = "s3://results/from-list";
    const list = ["--keys-from", "s3://results/lists/keys.txt"];
    const refused = await pomona(arguments_(listed, ...list), { scratch, env });
    expect(refused).toMatchObject({ code: 2, json: { error: { code: "listing-disorder" } } });
    expect(refused.json.error?.remedy).toContain("LC_ALL=C sort -u");
    expect(await results.stat("from-list/_run/log/00000001.json")).toBeUndefined();
    await mustRun(arguments_(listed, ...list, "--sort-keys"), { scratch, env });
    expect(await readParts(folderOf(listed))).toEqual(undisturbed);
  });

  it("killed -9 in the middle is completed by the same command, to the same bytes", async () => {
    for (const shards of [1, 5, 9]) {
      const out = `s3://results/killed-${shards}`;
      const started = startPomona(arguments_(out), { scratch, env });
      await waitFor("shards", async () => (await readRunState(folderOf(out))).shards.size >= shards);
      started.signalGroup("SIGKILL");
      await started.ended;
      const state = await readRunState(folderOf(out));
      const stored = imagesInShards(state);
      const { json } = await mustRun(arguments_(out), { scratch, env });
      expect(json).toMatchObject({ images: photos, featurized: photos, decodedImages: photos - stored });
      expect(await readParts(folderOf(out))).toEqual(undisturbed);
    }
  });

  it("that is denied on the way fails without quarantine, and goes on when access is back", async () => {
    const out = "s3://results/denied-on-the-way";
    const isDenied = /^\/photos\/fruits.*\.(?:jpg|png)/;
    const reads = { count: 0 };
    proxy.inject(({ method, url }) => {
      if (method !== "GET" || !isDenied.test(url)) return undefined;
      reads.count += 1;
      return reads.count > 15 ? { kind: "answer", status: 403, code: "AccessDenied" } : undefined;
    });
    const failed = await pomona(arguments_(out, "--give-up-after", "20s"), { scratch, env });
    expect(failed.code).toBe(1);
    expect(failed.seconds).toBeGreaterThan(20);
    expect(failed.seconds).toBeLessThan(60);
    expect(failed.json.error?.message).toMatch(/AccessDenied.*s3:GetObject/);
    expect(await results.stat("denied-on-the-way/_SUCCESS")).toBeUndefined();
    // What was stored by then has a row for each image.
    const { shards } = await readRunState(folderOf(out));
    expect(shards.size).toBeGreaterThan(0);
    for await (const { key } of results.list({
      prefix: `denied-on-the-way/_run/${await onlyRun(folderOf(out))}/shards/`,
    })) {
      expect(decodeShard(await results.get(key), key).quarantined).toEqual([]);
    }

    proxy.inject(() => undefined);
    await mustRun(arguments_(out), { scratch, env });
    expect((await readSuccess(folderOf(out))).books).toMatchObject({ listed: photos, quarantined: 0 });
    expect(await readParts(folderOf(out))).toEqual(undisturbed);
  });

  it.each<[string, { place?: string; to?: string; env?: Record<string, string>; deny?: RegExp }, RegExp]>([
    ["a wrong input bucket", { place: "s3://no-such-bucket/x" }, /no bucket no-such-bucket.*\n.*name/s],
    ["a wrong output bucket", { to: "s3://no-such-bucket/x" }, /no bucket no-such-bucket.*\n.*name/s],
    ["a wrong secret", { env: { AWS_SECRET_ACCESS_KEY: "wrong" } }, /SignatureDoesNotMatch.*\nCheck the credentials/s],
    ["an unknown key", { env: { AWS_ACCESS_KEY_ID: "nobody" } }, /access key ID.*\nCheck /s],
    [
      "no credentials",
      { env: { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" } },
      /redentials.*\nCheck the credentials/s,
    ],
    ["a list denied", { deny: /^GET .*list-type=2/ }, /AccessDenied.*s3:ListBucket.*\nCheck /s],
    ["a read denied", { deny: /^GET .*\.jpg/ }, /AccessDenied.*s3:GetObject.*\nCheck /s],
    ["a write denied", { deny: /^PUT / }, /AccessDenied.*s3:PutObject.*\nCheck /s],
    [
      "a port where nobody listens",
      { env: { POMONA_S3_ENDPOINT: "http://127.0.0.1:9" } },
      /ECONNREFUSED.*\nCheck --s3-endpoint/s,
    ],
  ])("with %s ends at once in a line that names the remedy", async (_, wrong, says) => {
    const { place = input, to = "s3://results/refused", deny } = wrong;
    proxy.inject(({ method, url }) =>
      deny?.test(`${method} ${url}`) ? { kind: "answer", status: 403, code: "AccessDenied" } : undefined,
    );
    const args = runArguments(place, to).filter((argument) => argument !== "--json");
    const ended: Ended = await pomona(args, { scratch, env: { ...env, ...wrong.env } });
    expect(ended.stderr).toMatch(says);
    expect(ended.stderr).not.toContain(server.env.AWS_SECRET_ACCESS_KEY);
    expect(ended.stderr.trim().split("\n")).toHaveLength(2);
    expect([1, 2]).toContain(ended.code);
    expect(ended.seconds).toBeLessThan(10);
  });
});
