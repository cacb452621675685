import { readFile } from "node:fs/promises";
import { join } from "node:path";
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

  beforeAll(async () => {
    server = await startVersitygw();
    Object.assign(process.env, server.env);
    proxy = await startFaultProxy(server.endpoint);
    scratch = await makeScratch("s3-rights");
    env = { ...server.env, POMONA_S3_ENDPOINT: proxy.endpoint };
    for (const bucket of ["photos", "results"]) await server.createBucket(bucket);
    const folder = join(scratch, "photos");
    const store = await openStore(input, { cwd: "/", s3: { endpoint: server.endpoint } });
    for (const key of await copyPhotos(folder, 12)) await store.put(key, await readFile(join(folder, key)));
    await store.put("broken/none.jpg", Buffer.from("no image"));
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

  it("clean works with it", async () => {
    proxy.inject(() => undefined);
    const ended = await pomona(["clean", out, "--json"], { scratch, env });
    expect(ended.code).toBe(0);
    expect(ended.json).toHaveProperty("objects");
    expect((await pomona(["validate", out], { scratch, env })).code).toBe(0);
  });
});
