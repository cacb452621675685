import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ObjectStore } from "@pomona/core";
import { openStore } from "@pomona/store";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { copyPhotos } from "../support/copy-photos.ts";
import { type FaultProxy, startFaultProxy } from "../support/fault-proxy.ts";
import { mustRun, pomona, runArguments } from "../support/pomona.ts";
import { makeScratch } from "../support/scratch.ts";
import { type S3Server, startVersitygw, versitygw } from "../support/versitygw.ts";

/** One object by DELETE, many by a POST; aborting an upload (`uploadId`) is another right. */
const deletes = /^(?:DELETE (?!.*uploadId)|POST .*\?delete)/;
const input = "s3://photos/fruits";
const out = "s3://results/first";

describe.skipIf(versitygw === undefined)("without the right to delete", () => {
  let server: S3Server;
  let proxy: FaultProxy;
  let scratch: string;
  let env: Record<string, string>;
  let run: string;
  let store: ObjectStore;

  async function keysBelow(prefix: string): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of store.list({ prefix })) keys.push(key);
    return keys;
  }

  beforeAll(async () => {
    server = await startVersitygw();
    Object.assign(process.env, server.env);
    proxy = await startFaultProxy(server.endpoint);
    scratch = await makeScratch("s3-rights");
    env = { ...server.env, POMONA_S3_ENDPOINT: proxy.endpoint };
    for (const bucket of ["photos", "results"]) await server.createBucket(bucket);
    const folder = join(scratch, "photos");
    const s3 = { endpoint: server.endpoint };
    const photos = await openStore(input, { cwd: "/", s3 });
    for (const key of await copyPhotos(folder, 12)) await photos.put(key, await readFile(join(folder, key)));
    await photos.put("broken/none.jpg", Buffer.from("no image"));
    store = await openStore("s3://results", { cwd: "/", s3 });
  });
  beforeEach(() => {
    proxy.inject(({ method, url }) =>
      deletes.test(`${method} ${url}`) ? { kind: "answer", status: 403, code: "AccessDenied" } : undefined,
    );
  });
  afterAll(async () => {
    await proxy?.close();
    await server?.close();
  });

  it("a run succeeds, as the policy `run` promises, and is known again", async () => {
    const { json } = await mustRun(runArguments(input, out), { scratch, env });
    expect(json).toMatchObject({ images: 13, featurized: 12, quarantined: 1 });
    run = json.run;
    expect((await mustRun(runArguments(input, out), { scratch, env })).json).toMatchObject({ outcome: "finished" });
  });

  it.each([
    ["--overwrite", () => runArguments(input, out, "--overwrite")],
    ["--refit", () => runArguments(input, out, "--refit", "--components", "3")],
    ["--discard-shards", () => runArguments(input, out, "--discard-shards")],
    ["another --csv", () => runArguments(input, out, "--csv", "full")],
    ["retry", () => ["retry", run, "--json"]],
    ["clean", () => ["clean", out, "--json"]],
  ])("%s removes nothing and names the right", async (_, args) => {
    const ended = await pomona(args(), { scratch, env });
    expect(ended.code).toBe(1);
    expect(`${ended.json.error?.message} ${ended.json.error?.remedy}`).toContain("s3:DeleteObject");
    expect(ended.seconds).toBeLessThan(30);
    expect((await pomona(["validate", out], { scratch, env })).code).toBe(0);
  });

  it("--discard-shards is refused before anything is begun", async () => {
    const other = "s3://results/never";
    const ended = await pomona(runArguments(input, other, "--discard-shards"), { scratch, env });
    expect(ended).toMatchObject({ code: 1, json: { error: { code: "cannot-delete" } } });
    expect(ended.json.error?.remedy).toContain("s3:DeleteObject");
    expect(await keysBelow("never/_run/2")).toEqual([]);
    expect(await keysBelow("never/_run/log")).toEqual([]);
  });

  it("clean works with it", async () => {
    proxy.inject(() => undefined);
    const ended = await pomona(["clean", out, "--json"], { scratch, env });
    expect(ended.code).toBe(0);
    expect(ended.json).toHaveProperty("objects");
    expect((await pomona(["validate", out], { scratch, env })).code).toBe(0);
  });

  it("--discard-shards leaves no stored features, and a result that can be used in every way", {
    timeout: 600_000,
  }, async () => {
    proxy.inject(() => undefined);
    const discarded = "s3://results/discarded";
    const command = runArguments(input, discarded, "--discard-shards");
    const { json } = await mustRun(command, { scratch, env });
    const spent = async () =>
      (await keysBelow(`discarded/_run/${json.run}/`)).filter((key) => /shards|moments/.test(key));
    expect(await spent()).toEqual([]);
    const valid = async (place = discarded) => (await pomona(["validate", place], { scratch, env })).code === 0;
    expect(await valid()).toBe(true);
    expect((await mustRun(["status", json.run, "--json"], { scratch, env })).json).toMatchObject({ state: "done" });
    expect((await mustRun(command, { scratch, env })).json).toMatchObject({ outcome: "finished" });

    const refit = await mustRun([...command, "--refit", "--components", "3"], { scratch, env });
    expect(refit.json).toMatchObject({ generation: 2, components: 3, decodedImages: 0 });
    expect([await spent(), await valid()]).toEqual([[], true]);

    await mustRun(["retry", json.run, "--json"], { scratch, env });
    const retried = await mustRun([...command, "--components", "3"], { scratch, env });
    expect(retried.json).toMatchObject({ generation: 3, featurized: 12, quarantined: 1, decodedImages: 0 });
    expect(await valid()).toBe(true);

    const more = ["--workers", "1", "--json"];
    const transformed = ["transform", input, "--model", discarded, "--out", "s3://results/transformed", ...more];
    expect((await mustRun(transformed, { scratch, env })).json).toMatchObject({ featurized: 12 });
    const updated = ["update", input, "--from", discarded, "--out", "s3://results/updated", ...more];
    expect((await mustRun(updated, { scratch, env })).json).toMatchObject({ featurized: 12, update: { reused: 12 } });
    expect([await valid("s3://results/transformed"), await valid("s3://results/updated")]).toEqual([true, true]);

    // What is left of the features now is the table.
    for (const key of await keysBelow(`discarded/_run/${json.run}/`)) {
      if (key.includes("/parts/")) await store.delete([key]);
    }
    const lost = await pomona([...command, "--refit", "--components", "2"], { scratch, env });
    expect(lost).toMatchObject({ code: 1, json: { error: { code: "shards-cleaned" } } });
    expect(lost.json.error?.remedy).toContain("--overwrite");
    expect(await valid()).toBe(true);
  });
});
