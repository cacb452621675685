import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { copyPhotos } from "../support/copy-photos.ts";
import { freePort } from "../support/free-port.ts";
import { weights } from "../support/places.ts";
import { mustRun, pomona, runArguments, startPomona } from "../support/pomona.ts";
import { type Member, openPool, type Pool } from "../support/pool-members.ts";
import { readTable, type TableRow } from "../support/read-table.ts";
import { redisServer, startRedis } from "../support/redis.ts";
import { readRunState, readSuccess } from "../support/run-state.ts";
import { makeScratch } from "../support/scratch.ts";
import { waitFor } from "../support/wait-for.ts";

const photos = 200;

describe.skipIf(redisServer === undefined)("a pool", () => {
  let pool: Pool;
  let input: string;
  let undisturbed: TableRow[];
  let coordinator: Member;
  let workers: Member[];
  let reducer: Member;

  afterAll(() => pool.close());

  beforeAll(async () => {
    pool = await openPool();
    input = join(pool.scratch, "input");
    await copyPhotos(input, photos);
    await mustRun(runArguments(input, join(pool.scratch, "embedded"), "--workers", "1"), { scratch: pool.scratch });
    undisturbed = await readTable(join(pool.scratch, "embedded"));
    [coordinator, ...workers] = await Promise.all([pool.start("coordinator"), startWorker(), startWorker()]);
    reducer = await pool.start("reducer", "--processes", "1");
    await Promise.all([coordinator, ...workers, reducer].map((member) => member.ready()));
  });

  const startWorker = (...flags: string[]): Promise<Member> =>
    pool.start("worker", "--workers", "1", "--weights", weights, ...flags);

  async function submit(name: string, ...flags: string[]): Promise<{ run: string; out: string }> {
    const out = join(pool.scratch, name);
    const run = await pool.client("submit", input, "--out", out, "--weights", weights, ...flags);
    return { run, out };
  }

  async function shards(out: string, count: number): Promise<void> {
    await waitFor(`${count} shards`, async () => (await readRunState(out)).shards.size >= count, { everyMs: 20 });
  }

  async function done(out: string, seconds = 60): Promise<void> {
    await waitFor("_SUCCESS", () => existsSync(join(out, "_SUCCESS")), { seconds, everyMs: 50 });
  }

  /** Its table has the rows, and in them the features to the last bit, of a run that nobody disturbed. */
  async function expectExact(out: string): Promise<void> {
    const { books } = await readSuccess(out);
    expect(books).toMatchObject({ listed: photos, featurized: photos, quarantined: 0, missing: 0, duplicates: 0 });
    const rows = await readTable(out);
    expect(rows.map(({ path }) => path)).toEqual(undisturbed.map(({ path }) => path));
    const differing = rows.filter(({ features }, i) => !sameBits(features, undisturbed[i].features));
    expect(differing).toEqual([]);
  }

  it("finishes a run with the features of an embedded one", async () => {
    const { out } = await submit("plain");
    await done(out);
    await expectExact(out);
  });

  it("answers probes and scrapers, and shows no secret", async () => {
    for (const member of [coordinator, ...workers, reducer]) {
      expect(await member.page("/healthz")).toMatchObject({ status: 200 });
      expect(await member.page("/readyz")).toMatchObject({ status: 200, text: "ready\n" });
      expect(await member.page("/other")).toMatchObject({ status: 404 });
      const { text = "" } = (await member.page("/metrics")) ?? {};
      expect(text).toMatch(/^pomona_build_info\{role="\w+",version="[\d.]+",node="v[\d.]+"\} 1$/m);
      expect(text).toMatch(/^pomona_last_progress_timestamp_seconds \d/m);
      expect(text).toMatch(/^pomona_process_cpu_seconds_total /m);
    }
    expect(JSON.parse((await coordinator.page("/backlog"))?.text ?? "")).toEqual({ features: 0, reduce: 0 });
    const scraped = await Promise.all(workers.map(async (worker) => (await worker.page("/metrics"))?.text ?? ""));
    const sum = (pattern: RegExp): number => scraped.reduce((n, text) => n + Number(pattern.exec(text)?.[1] ?? 0), 0);
    expect(sum(/^pomona_images_total\{result="featurized"\} (\d+)$/m)).toBe(photos);
    expect(sum(/^pomona_stage_seconds_count\{stage="infer"\} (\d+)$/m)).toBe(photos);
    expect(sum(/^pomona_stage_seconds_bucket\{stage="infer",le="\+Inf"\} (\d+)$/m)).toBe(photos);
    expect(sum(/^pomona_stalled_jobs_total (\d+)$/m)).toBe(0);
  });

  it("survives kill -9 of a worker: exact, and begun again within 15 s", async () => {
    const { out } = await submit("killed");
    await shards(out, 3);
    await workers[0].kill9();
    const killedAt = performance.now();
    await done(out);
    console.log(`a worker killed: done ${((performance.now() - killedAt) / 1000).toFixed(1)} s later`);
    await expectExact(out);
    workers[0] = await startWorker();
    await workers[0].ready();
  });

  it("pauses, resumes", async () => {
    const { run, out } = await submit("paused");
    await shards(out, 2);
    // Else the run would be over before the command is.
    for (const worker of workers) worker.signalGroup("SIGSTOP");
    await pool.client("pause", run);
    await sleep(2500);
    for (const worker of workers) worker.signalGroup("SIGCONT");
    // What is in hand is finished.
    await sleep(4000);
    const before = (await readRunState(out)).shards.size;
    await sleep(3000);
    expect((await readRunState(out)).shards.size).toBe(before);
    expect(before).toBeLessThan(13);
    await pool.client("resume", run);
    await done(out);
    await expectExact(out);
  });

  it("lets a worker go on SIGTERM: exit 0, its batches with others", async () => {
    const { out } = await submit("terminated");
    await shards(out, 2);
    const seconds = await workers[0].stop();
    console.log(`a busy worker took ${seconds.toFixed(1)} s to go`);
    expect(seconds).toBeLessThan(30);
    const impatient = await startWorker("--grace", "0");
    await impatient.ready();
    await shards(out, 4);
    expect(await impatient.stop()).toBeLessThan(5);
    await done(out);
    await expectExact(out);
    workers[0] = await startWorker();
    await workers[0].ready();
  });

  it("completes its runs although Redis was emptied while no coordinator lived", async () => {
    const { out } = await submit("emptied");
    await shards(out, 3);
    await coordinator.kill9();
    await pool.redis.flushAll();
    coordinator = await pool.start("coordinator");
    const startedAt = performance.now();
    await coordinator.ready();
    await done(out);
    console.log(`after FLUSHALL: done ${((performance.now() - startedAt) / 1000).toFixed(1)} s after the start`);
    await expectExact(out);
  });

  it("refuses a worker or a coordinator with another home", async () => {
    const scratch = await makeScratch("other-home");
    for (const role of ["worker", "coordinator"]) {
      const ended = await pomona([role, "--health-port", "0"], { scratch, env: { POMONA_REDIS: pool.redis.url } });
      expect(ended.code, role).toBe(2);
      expect(ended.stderr, role).toMatch(/the home of this pool is file:\/\/.*\/home/);
    }
  });

  it.skipIf(process.getuid?.() !== 0)("keeps a worker that alone may not write from failing a run", async () => {
    await workers[0].stop();
    const { out } = await submit("alone", "--give-up-after", "2", "--batch-size", "4");
    await shards(out, 1);
    // Else the run would be over before the other is there.
    workers[1].signalGroup("SIGSTOP");
    const denied = await pool.startAs(65_534, "worker", "--workers", "1", "--weights", weights);
    await waitFor("its engine", () => denied.said().includes("engine loaded"));
    workers[1].signalGroup("SIGCONT");
    await waitFor("its notice", () => denied.said().includes("storage fails here and works for others"));
    expect(await denied.page("/readyz")).toMatchObject({ status: 503, text: expect.stringContaining("fails alone") });
    expect(await denied.page("/healthz")).toMatchObject({ status: 200 });
    await done(out);
    await expectExact(out);
    expect((await denied.page("/metrics"))?.text).toMatch(/^pomona_storage_retries_total\{operation="put"\} [1-9]/m);
    await denied.stop();
    workers[0] = await startWorker();
    await workers[0].ready();
  });

  it("has a worker of another fingerprint refuse a run, in words, without failing it", async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    const wasm = ["--engine", "tfjs-wasm"];
    const { run, out } = await submit("mixed", ...wasm);
    const other = await startWorker();
    await shards(out, 1);
    await other.kill9();
    // The rest of the run asks for an engine that the stored fingerprint does not name.
    const key = join(out, "_run", run, "fingerprint.json");
    await writeFile(key, (await readFile(key, "utf8")).replace("tfjs-wasm", "tfjs-node"));
    const misfit = await startWorker();
    await waitFor("a refusal", () => /run refused: .*engine: tfjs-node, here tfjs-wasm/.test(misfit.said()));
    await sleep(5000);
    const refused = Number(
      /result="handed-back"\} (\d+)/.exec((await misfit.page("/metrics"))?.text ?? "")?.[1] ?? Number.NaN,
    );
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThan(30);
    expect(misfit.said().match(/run refused/g)).toHaveLength(1);
    expect(existsSync(join(out, "_SUCCESS"))).toBe(false);
    // Until it is known that the killed one is gone, it might fit.
    const status = await waitFor("a run that no worker fits", async () => {
      const said = await pool.client("status", run);
      return /^trouble +no worker of this pool fits the run/m.test(said) && said;
    });
    expect(status).toMatch(/^trouble +1 × worker refuses run .*engine: tfjs-node, here tfjs-wasm/m);
    const env = { POMONA_REDIS: pool.redis.url };
    const following = startPomona(["run", input, "--out", out, "--weights", weights, ...wasm], {
      scratch: pool.scratch,
      env,
    });
    await waitFor("the follower to be told", () =>
      /no worker of this pool fits the run(.|\n)*engine: tfjs-node, here tfjs-wasm/.test(following.said()),
    );
    await pool.client("cancel", run);
    const { code, stderr } = await following.ended;
    expect([code, stderr]).toEqual([1, expect.stringContaining("was cancelled by")]);
    await misfit.stop();
  });

  it("ends all its members with exit code 0", async () => {
    const seconds = await Promise.all([coordinator, reducer].map((member) => member.stop()));
    console.log(`idle members took ${seconds.map((s) => s.toFixed(1)).join(" and ")} s to go`);
    for (const taken of seconds) expect(taken).toBeLessThan(5);
  });
});

describe.skipIf(redisServer === undefined)("a coordinator with the wrong Redis", () => {
  const users: readonly (readonly string[])[] = [
    ["coordinator", "--health-port", "0"],
    ["run", ".", "--out", "never-made"],
    ["submit", ".", "--out", "never-made"],
  ];

  /** What each of these says, all in one line and at once. */
  async function refusal(url: string): Promise<string[]> {
    const said: string[] = [];
    for (const user of users) {
      const scratch = await makeScratch("refusal");
      const ended = await pomona([...user, "--redis", url], { scratch, cwd: scratch });
      expect(ended.code, user[0]).toBe(1);
      expect(ended.seconds, user[0]).toBeLessThan(10);
      const lines = ended.stderr.split("\n").filter((line) => line.startsWith("Error: "));
      expect(lines, user[0]).toHaveLength(1);
      said.push(ended.stderr);
    }
    return said;
  }

  it("says that the password is wrong and what to do, without showing it", async () => {
    const redis = await startRedis({ password: "right" });
    onTestFinished(() => redis.close());
    for (const stderr of await refusal(redis.url.replace("right", "wr0ng-s3cret"))) {
      expect(stderr).toMatch(/refused the user or password.*\nGive the password/);
      expect(stderr).not.toContain("wr0ng-s3cret");
    }
  });

  it("says that it would lose jobs", async () => {
    const redis = await startRedis({ settings: ["--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru"] });
    onTestFinished(() => redis.close());
    for (const stderr of await refusal(redis.url)) expect(stderr).toMatch(/allkeys-lru.*\n.*noeviction/);
  });

  it("says that nobody answers, where a worker waits until told to stop", async () => {
    const url = `redis://127.0.0.1:${await freePort()}`;
    for (const stderr of await refusal(url)) expect(stderr).toContain("does not answer");
    const scratch = await makeScratch("waiting");
    const worker = startPomona(["worker", "--health-port", "0", "--redis", url], { scratch });
    await waitFor("its notice", () => worker.said().includes("waiting for it"));
    await sleep(2000);
    expect(worker.child.exitCode).toBe(null);
    worker.child.kill("SIGTERM");
    expect((await worker.ended).code).toBe(0);
  });
});

function sameBits(a: Float32Array, b: Float32Array): boolean {
  return Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));
}
