import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { copyPhotos } from "../support/copy-photos.ts";
import { freePort } from "../support/free-port.ts";
import { weights } from "../support/places.ts";
import type { Ended, Started } from "../support/pomona.ts";
import { startPool, type TestPool } from "../support/pool.ts";
import { redisServer } from "../support/redis.ts";
import { makeScratch } from "../support/scratch.ts";
import { waitFor } from "../support/wait-for.ts";

const password = "hunter2-never-to-be-seen";
const token = "0123456789abcdef0123456789abcdef";

/** The id that a command printed, or the run of its JSON. */
const idIn = ({ stdout }: Ended): string => /\d{8}-\d{6}-[0-9a-z]{6}/.exec(stdout)?.[0] ?? "none";

describe.skipIf(redisServer === undefined)("clients of a pool", () => {
  let scratch: string;
  let photos: string;
  let pool: TestPool;
  let worker: Started;
  const said: Ended[] = [];
  const out = (name: string): string => join(scratch, name);
  const flags = (name: string): string[] => ["--out", out(name), "--weights", weights, "--components", "2"];

  async function command(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const ended = await pool.command(args, env);
    said.push(ended);
    return ended;
  }

  async function stateOf(run: string): Promise<unknown> {
    return (await command(["status", run, "--json"])).json.state;
  }

  beforeAll(async () => {
    scratch = await makeScratch("pool-clients");
    photos = join(scratch, "photos");
    await copyPhotos(photos, 48);
    pool = await startPool(scratch, { password });
  });

  afterAll(async () => {
    await pool?.close();
  });

  test("a pool without a coordinator is said, and a run in a given home is cancelled", async () => {
    const none = await command(["run", photos, ...flags("nobody"), "--wait-workers", "1", "--json"]);
    expect(none).toMatchObject({ code: 1, json: { error: { code: "no-coordinator" } } });
    expect(none.stderr).toContain("no coordinator yet");
    const given = await command([
      "run",
      photos,
      ...flags("nobody"),
      "--wait-workers",
      "1",
      "--json",
      "--home",
      pool.home,
    ]);
    expect(given).toMatchObject({ code: 1, json: { error: { code: "no-pool" } } });
    expect(given.stderr).toContain("no coordinator and no worker; waiting 1 s");
    const runs = await command(["runs", "--json", "--home", pool.home]);
    expect(runs.json).toMatchObject({ runs: [{ state: "cancelled", input: `file://${photos}/` }] });
  });

  test("what is submitted waits, is paused, resumed, cancelled and retried without any worker", async () => {
    await pool.start("coordinator");
    const submitted = await command(["submit", photos, ...flags("waiting"), "--json"]);
    expect(submitted).toMatchObject({ code: 0, json: { outcome: "submitted" } });
    expect(submitted.stderr).toContain("no worker now");
    const run = idIn(submitted);
    expect((await command(["submit", photos, ...flags("waiting"), "--json"])).json).toMatchObject({
      run,
      outcome: "attached",
    });
    await waitFor("the coordinator to take it", async () => (await stateOf(run)) === "running");
    expect((await command(["pause", run])).stdout).toContain("is paused");
    expect(await stateOf(run)).toBe("paused");
    expect((await command(["pause", run, "--json"])).json).toEqual({ run, operation: "pause", changed: false });
    expect((await command(["resume", run, "--json"])).json).toMatchObject({ changed: true });
    expect((await command(["cancel", run, "--json"])).json).toMatchObject({ changed: true });
    expect(await stateOf(run)).toBe("cancelled");
    expect((await command(["resume", run, "--json"])).json).toMatchObject({ error: { code: "run-ended" } });
    const noWorker = await command(["run", photos, ...flags("waiting"), "--wait-workers", "1", "--json"]);
    expect(noWorker).toMatchObject({ code: 1, json: { error: { code: "no-pool" } } });
    expect((await command(["retry", run, "--json"])).json).toMatchObject({ changed: true });
    await waitFor("the coordinator to take it again", async () => (await stateOf(run)) === "running");
  });

  test("refuses a home that is not the pool's and a run that is not there", async () => {
    const other = await command(["submit", photos, ...flags("other"), "--home", out("elsewhere"), "--json"]);
    expect(other).toMatchObject({ code: 2, json: { error: { code: "other-home" } } });
    const unknown = await command(["status", "20260101-000000-aaaaaa", "--json"]);
    expect(unknown).toMatchObject({ code: 2, json: { error: { code: "unknown-run" } } });
    const nothing = await command(["submit", out("not-there"), ...flags("other"), "--json"]);
    expect(nothing).toMatchObject({ code: 2, json: { error: { code: "input-not-found" } } });
  });

  test("run attaches to the run that waits, follows it, and ends with its summary", async () => {
    worker = await pool.start("worker");
    await pool.start("reducer");
    const ended = await command(["run", photos, ...flags("waiting"), "--json"]);
    expect(ended.stderr).toContain("does this already: following it");
    expect(ended).toMatchObject({
      code: 0,
      json: { outcome: "done", images: 48, featurized: 48, quarantined: 0, out: `file://${out("waiting")}/` },
    });
    const again = await command(["run", photos, ...flags("waiting"), "--json"]);
    expect(again).toMatchObject({ code: 0, json: { outcome: "finished", run: ended.json.run } });
    expect((await command(["submit", photos, ...flags("waiting"), "--json"])).json).toMatchObject({
      outcome: "finished",
    });
    const pause = await command(["pause", String(ended.json.run), "--json"]);
    expect(pause).toMatchObject({ code: 2, json: { error: { code: "run-ended" } } });
  });

  test("the table is that of a run without a pool", async () => {
    const alone = await pool.command(["run", photos, ...flags("alone"), "--json"], { POMONA_REDIS: "" });
    expect(alone.code).toBe(0);
    const part = join("parquet", "part-00000.parquet");
    expect(await readFile(join(out("waiting"), part))).toEqual(await readFile(join(out("alone"), part)));
  });

  test("Ctrl-C leaves the run to the pool and says how to follow and to end it", async () => {
    const following = pool.begin(["run", photos, ...flags("detached"), "--json"]);
    await waitFor("the run to be submitted", () => following.said().includes("Submitted run"));
    following.child.kill("SIGINT");
    const ended = await following.ended;
    said.push(ended);
    expect(ended).toMatchObject({ code: 130, json: { error: { code: "detached" } } });
    const run = /Submitted run (\S+)\./.exec(ended.stderr)?.[1] ?? "";
    expect(ended.json.error?.remedy).toContain(`pomona cancel ${run}`);
    const watched = await command(["status", run, "--watch"]);
    expect(watched.code).toBe(0);
    expect(watched.stdout).toContain("state      done");
  });

  test("a failure of the run is the failure of whoever follows it, with its exit code", async () => {
    const bad = join(scratch, "bad");
    await copyPhotos(bad, 12);
    const [label] = await readdir(bad);
    const names = await readdir(join(bad, label));
    const others = Array.from({ length: 12 }, (_, i) => join(bad, label, `broken-${i}.jpg`));
    for (const file of [...names.map((name) => join(bad, label, name)), ...others]) await writeFile(file, "no image");
    const ended = await command(["run", bad, ...flags("failing"), "--json"]);
    expect(ended).toMatchObject({ code: 3, json: { error: { code: expect.stringContaining("quarantine") } } });
    const { runs } = (await command(["runs", "--json"])).json as unknown as { runs: Record<string, unknown>[] };
    expect(runs[0]).toMatchObject({ state: "failed", failure: { exitCode: 3 } });
    const watched = await command(["status", String(runs[0].run), "--watch", "--json"]);
    expect(watched.code).toBe(3);
  });

  test("a run whose job failed for good is retried although its id is still among the failed", async () => {
    worker.child.kill("SIGSTOP");
    const submitted = await command(["submit", photos, ...flags("exhausted"), "--json"]);
    const run = idIn(submitted);
    const batch = join(out("exhausted"), "_run", run, "batches", "00000000.json");
    await waitFor("the first batch", () => existsSync(batch));
    const content = await readFile(batch);
    await writeFile(batch, "{}");
    worker.child.kill("SIGCONT");
    await waitFor("its failure", async () => (await stateOf(run)) === "failed");
    const failed = await pool.redis.call("ZRANGE", "{pomona}:features:failed", 0, -1);
    expect(failed).toContain(`${run}-f0-e2-0`);
    const again = await command(["retry", run, "--json"]);
    expect(again.json).toMatchObject({ changed: true });
    await waitFor("it to fail again", async () => (await stateOf(run)) === "failed");

    await writeFile(batch, content);
    expect((await command(["retry", run, "--json"])).json).toMatchObject({ changed: true });
    const watched = await command(["status", run, "--watch"]);
    expect(watched.code).toBe(0);
    expect(await pool.redis.call("ZRANGE", "{pomona}:features:failed", 0, -1)).toContain(`${run}-f0-e2-0`);
    const part = join("parquet", "part-00000.parquet");
    expect(await readFile(join(out("exhausted"), part))).toEqual(await readFile(join(out("alone"), part)));
  });

  test("clean removes shards and leaves the result; a refit takes the features from the table then", async () => {
    const cleaned = await command(["clean", out("waiting"), "--json"]);
    expect(cleaned).toMatchObject({ code: 0, json: { objects: expect.any(Number) } });
    const refit = await command([
      "run",
      photos,
      "--out",
      out("waiting"),
      "--weights",
      weights,
      "--components",
      "3",
      "--refit",
      "--json",
    ]);
    expect(refit).toMatchObject({ code: 0, json: { components: 3, featurized: 48, decodedImages: 0 } });
    expect((await pool.command(["validate", out("waiting")])).code).toBe(0);
    const early = await command(["clean", out("failing"), "--json"]);
    expect(early).toMatchObject({ code: 2, json: { error: { code: "not-finished" } } });
  });

  test("the JSON API submits, shows and refuses", async () => {
    const port = await freePort();
    const tokens = join(scratch, "tokens");
    await writeFile(tokens, `${token}\n`);
    const api = await pool.start(
      "coordinator",
      ...["--api-port", String(port), "--api-token-file", tokens, "--api-allow", photos, out("api")],
    );
    const ask = async (method: string, path: string, { body = undefined as unknown, bearer = token } = {}) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        headers: { authorization: `Bearer ${bearer}` },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return { status: response.status, json: (await response.json()) as Record<string, unknown> };
    };
    expect((await ask("GET", "/v1/runs", { bearer: "wrong" })).status).toBe(401);
    const request = { input: photos, out: out("api/one"), config: { weights: undefined, components: 2 } };
    expect((await ask("POST", "/v1/runs", { body: { ...request, out: out("elsewhere") } })).status).toBe(403);
    expect((await ask("POST", "/v1/runs", { body: { ...request, out: `${out("api")}/../x` } })).status).toBe(403);
    const made = await ask("POST", "/v1/runs", { body: request });
    expect(made).toMatchObject({ status: 201, json: { outcome: "submitted" } });
    const path = `/v1/runs/${made.json.run}`;
    const done = await waitFor("the run to end", async () => {
      const { json } = await ask("GET", path);
      return json.state === "done" ? json : undefined;
    });
    expect(done).toMatchObject({ images: 48, out: `file://${out("api/one")}/` });
    expect((await ask("POST", `${path}/cancel`)).status).toBe(409);
    expect((await ask("GET", "/v1/runs")).json).toHaveProperty("runs.0.run", made.json.run);
    api.signalGroup("SIGTERM");
    expect((await api.ended).code).toBe(0);
  });

  test("runs and status are shown from the store while Redis is away", async () => {
    await pool.redis.kill9();
    const runs = await command(["runs", "--json", "--home", pool.home]);
    expect(runs.code).toBe(0);
    expect(runs.stderr).toContain("does not answer");
    expect((runs.json as unknown as { runs: unknown[] }).runs.length).toBeGreaterThan(3);
    await pool.redis.restart();
  });

  test("nobody was ever shown the password of Redis", async () => {
    expect(said.length).toBeGreaterThan(20);
    for (const { stdout, stderr } of said) expect(stdout + stderr).not.toContain(password);
    for (const place of ["pool-home", "waiting/_run", "detached/_run"]) {
      for (const entry of await readdir(join(scratch, place), { recursive: true, withFileTypes: true })) {
        if (!entry.name.endsWith(".json")) continue;
        expect(await readFile(join(entry.parentPath, entry.name), "utf8")).not.toContain(password);
      }
    }
  });
});
