import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type ObjectStore, outputLayout } from "@pomona/core";
import { openStore } from "@pomona/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyPhotos } from "../support/copy-photos.ts";
import { weights } from "../support/places.ts";
import { type Ended, pomona, type Started } from "../support/pomona.ts";
import { startPool, type TestPool } from "../support/pool.ts";
import { readParts, readTable } from "../support/read-table.ts";
import { makeScratch } from "../support/scratch.ts";
import { type S3Server, startVersitygw, versitygw } from "../support/versitygw.ts";
import { waitFor } from "../support/wait-for.ts";

const input = "s3://photos/fruits";
const result = "s3://results/first";

describe.skipIf(versitygw === undefined)("after a run of a pool over S3", { timeout: 600_000 }, () => {
  let server: S3Server;
  let pool: TestPool;
  let coordinator: Started;
  let scratch: string;
  let photos: ObjectStore;
  let results: ObjectStore;
  let keys: string[];
  let env: Record<string, string>;

  const folderOf = (out: string): string => join(server.folder, out.replace("s3://", ""));

  /** A command of a user of the pool, which must succeed: its last line is JSON. */
  async function mustDo(...args: string[]): Promise<Ended["json"]> {
    const { code, json, stderr } = await pool.command([...args, "--json"]);
    expect(code, stderr).toBe(0);
    return json;
  }

  const run = (out: string, ...more: string[]) =>
    mustDo("run", input, "--out", out, "--weights", weights, "--max-quarantine", "1", "--batch-size", "4", ...more);

  async function keysBelow(prefix: string): Promise<string[]> {
    const found: string[] = [];
    for await (const { key } of results.list({ prefix })) found.push(key);
    return found;
  }

  /** Whoever follows a run waits a minute for it, which is much but on a machine that does much else. */
  const report = (folder: string) =>
    waitFor("the report", () => results.stat(`${folder}/${outputLayout.report}`), { seconds: 240, everyMs: 250 });

  async function isValid(out: string): Promise<boolean> {
    return (await pomona(["validate", out], { scratch, env })).code === 0;
  }

  beforeAll(async () => {
    server = await startVersitygw();
    Object.assign(process.env, server.env);
    env = { ...server.env, POMONA_S3_ENDPOINT: server.endpoint };
    scratch = await makeScratch("pool-after");
    for (const bucket of ["photos", "results"]) await server.createBucket(bucket);
    const s3 = { endpoint: server.endpoint };
    photos = await openStore(input, { cwd: "/", s3 });
    results = await openStore("s3://results", { cwd: "/", s3 });
    const folder = join(scratch, "photos");
    keys = (await copyPhotos(folder, 20)).sort();
    // The last two come later.
    for (const key of keys.slice(0, 18)) await photos.put(key, await readFile(join(folder, key)));
    pool = await startPool(scratch, { env, home: "s3://results/home" });
    coordinator = await pool.start("coordinator");
    await Promise.all([pool.start("worker"), pool.start("reducer")]);
  });
  afterAll(async () => {
    await pool?.close();
    await server?.close();
  });

  it("there is the report that a run without a pool has", async () => {
    const { run: id } = await run(result, "--report", "full");
    await report("first");
    const numbers = JSON.parse(Buffer.from(await results.get("first/report.json")).toString());
    expect(numbers).toMatchObject({ name: "pomona.report", run: id, generation: 1 });
    const page = Buffer.from(await results.get("first/report.html")).toString();
    expect(page).toContain("<!doctype html>");
    // Photos were read through the store.
    expect(page.match(/data:image\/(?:jpeg|webp)/g)?.length).toBeGreaterThan(5);
    expect(await keysBelow("first/plots/")).toContain("first/plots/scree.svg");

    const made = await results.get("first/report.html");
    await pomona(["report", result], { scratch, env });
    expect(Buffer.from(await results.get("first/report.html")).equals(made)).toBe(true);
  });

  it("another generation has one of its own, and --report none leaves it out", async () => {
    await run(result, "--refit", "--components", "3", "--report", "full");
    await report("first");
    expect(JSON.parse(Buffer.from(await results.get("first/report.json")).toString())).toMatchObject({ generation: 2 });
    await run("s3://results/none");
    expect(await results.stat(`none/${outputLayout.report}`)).toBeUndefined();
  });

  it("the pool transforms photos by its model, to the very numbers of the table", async () => {
    const transform = ["transform", input, "--model", result, "--weights", weights];
    const json = await mustDo(...transform, "--out", "s3://results/transformed");
    expect(json).toMatchObject({ outcome: "done", images: 18, featurized: 18 });
    const numbers = async (out: string) =>
      (await readTable(folderOf(out))).map(({ path, pcaFeatures }) => [path, Array.from(pcaFeatures)]);
    expect(await numbers("s3://results/transformed")).toEqual(await numbers(result));
    expect(await isValid("s3://results/transformed")).toBe(true);

    const refused = await pool.command([
      ...transform,
      "--out",
      "s3://results/refused",
      "--resampler",
      "vips",
      "--json",
    ]);
    expect(refused).toMatchObject({ code: 2, json: { error: { code: "fingerprint-mismatch" } } });
    expect(await keysBelow("refused/")).toEqual([]);
  });

  it("the pool updates it, decoding only what is new, to the table of a run over all", async () => {
    await photos.delete(keys.slice(0, 1));
    for (const key of keys.slice(18)) await photos.put(key, await readFile(join(scratch, "photos", key)));
    const update = ["update", input, "--from", result, "--weights", weights];
    const json = await mustDo(...update, "--out", "s3://results/updated");
    expect(json).toMatchObject({ images: 19, featurized: 19, decodedImages: 2, update: { reused: 17 } });
    expect(await isValid("s3://results/updated")).toBe(true);
    await run("s3://results/anew", "--components", "3");
    expect(await readParts(folderOf("s3://results/updated"))).toEqual(await readParts(folderOf("s3://results/anew")));

    const kept = await mustDo(...update, "--out", "s3://results/kept", "--keep-model");
    expect(kept).toMatchObject({ featurized: 19, components: 3 });
    expect(await isValid("s3://results/kept")).toBe(true);
  });

  it("stored features are gone where a run asked for that, and the result can be used", async () => {
    const out = "s3://results/discarded";
    const { run: id = "" } = await run(out, "--discard-shards");
    const spent = async () => (await keysBelow(`discarded/_run/${id}/`)).filter((key) => /shards|moments/.test(key));
    await waitFor("the removal", async () => (await spent()).length === 0, { everyMs: 250 });
    expect(await isValid(out)).toBe(true);
    expect(await mustDo("status", id)).toMatchObject({ state: "done" });
    const refit = await run(out, "--refit", "--components", "3");
    expect(refit).toMatchObject({ generation: 2, components: 3, decodedImages: 0 });
    expect((await spent()).length).toBeGreaterThan(0);

    // Of a run that is over the request is met too.
    await run(out, "--components", "3", "--discard-shards");
    expect(await spent()).toEqual([]);
    const updated = await mustDo("update", input, "--from", out, "--out", "s3://results/again");
    expect(updated).toMatchObject({ decodedImages: 0, update: { reused: 19 } });
  });

  it("what a coordinator that was killed left to do, the next one does", async () => {
    const { run: id = "" } = await run("s3://results/left", "--discard-shards", "--report", "full");
    await report("left");
    const shards = `left/_run/${id}/shards/`;
    const areGone = async () => (await keysBelow(shards)).length === 0;
    await waitFor("the removal", areGone, { everyMs: 250 });
    coordinator.signalGroup("SIGKILL");
    await coordinator.ended;
    // As if it had been killed before the end of either.
    await results.put(`${shards}00000001.arrow`, Buffer.from("left"));
    await results.delete([`left/${outputLayout.report}`]);
    coordinator = await pool.start("coordinator");
    await waitFor("the removal", areGone, { seconds: 120, everyMs: 250 });
    await report("left");
    expect(await isValid("s3://results/left")).toBe(true);
  });

  it("flags of a pool are refused where there is none", async () => {
    const transform = [
      "transform",
      input,
      "--model",
      result,
      "--out",
      "s3://results/x",
      "--notify",
      "http://x",
      "--json",
    ];
    const ended = await pomona(transform, { scratch, env });
    expect(ended).toMatchObject({ code: 2, json: { error: { message: expect.stringContaining("--notify") } } });
  });
});
