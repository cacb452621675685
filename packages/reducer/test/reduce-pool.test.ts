import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { encodeJson, homeLayout, type JobEnded } from "@pomona/core";
import { EmbeddedQueue } from "@pomona/queue";
// Children are forked from built files, so this goes through the built package.
import { ReducePool, startReducer } from "@pomona/reducer";
import { openStore } from "@pomona/store";
import { afterEach, beforeEach, expect, test } from "vitest";
import { csvJob, fitJob, momentsJob, projectJob } from "./jobs.ts";
import { run, writeSyntheticRun } from "./synthetic-run.ts";

let folder = "";
const closers: (() => Promise<void>)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pomona-reduce-pool-"));
});

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await rm(folder, { recursive: true });
});

async function writeRunInFolder() {
  const home = await openStore(join(folder, "home"), { cwd: "/" });
  const out = await openStore(join(folder, "out"), { cwd: "/" });
  const at = "2026-01-31T12:00:00Z";
  const record = { name: "pomona.run-record", version: 1, run, out: out.uri, submittedBy: "test", at };
  await home.put(homeLayout.run(run), encodeJson(record));
  return writeSyntheticRun({ batches: [30, 20], out });
}

function openPool() {
  const pool = new ReducePool({ home: join(folder, "home"), processes: 1 });
  closers.push(() => pool.close());
  return pool;
}

test("a reducer does the jobs of a queue in children", async () => {
  const synthetic = await writeRunInFolder();
  const queue = new EmbeddedQueue();
  closers.push(() => queue.close());
  const reducer = startReducer({ queue, home: join(folder, "home"), processes: 2 });
  closers.push(() => reducer.close());
  const ended: JobEnded[] = [];
  queue.onEnded("reduce", (event) => ended.push(event));
  const phases = [
    [momentsJob({ id: "m0" }), momentsJob({ id: "m1", group: 1, from: 1, to: 2 })],
    [fitJob({ id: "f", groups: 2 })],
    [projectJob({ id: "p0" }), projectJob({ id: "p1", part: 1, from: 1, to: 2 })],
    [csvJob({ id: "c" })],
  ];
  for (const jobs of phases) {
    await queue.add("reduce", jobs);
    await expect
      .poll(() => jobs.every(({ id }) => ended.some(({ job }) => job.id === id)), { timeout: 20_000 })
      .toBe(true);
  }
  expect(ended.map(({ state }) => state)).toEqual(Array(6).fill("completed"));
  const parts = synthetic.layout.generation(1);
  expect(await synthetic.out.stat(parts.part(1))).toBeDefined();
  expect(await synthetic.out.stat(parts.csv(0, "compact"))).toBeDefined();
});

test("an error crosses with its code and remedy, and the child goes on", async () => {
  const synthetic = await writeRunInFolder();
  const pool = openPool();
  await expect(pool.run(fitJob())).rejects.toMatchObject({
    name: "PomonaError",
    code: "missing-moments",
    remedy: expect.any(String),
  });
  const { pids } = pool;
  await expect(pool.run(momentsJob({ to: 2 }))).resolves.toMatchObject({ rows: 50 });
  expect(pool.pids).toEqual(pids);
  expect(await synthetic.out.stat(synthetic.layout.generation(1).moments(0))).toBeDefined();
});

test("a child that dies fails its job, naming the signal, and another takes its place", async () => {
  await writeRunInFolder();
  const pool = openPool();
  const lost = expect(pool.run(momentsJob({}))).rejects.toMatchObject({
    code: "reducer-died",
    message: expect.stringContaining("SIGKILL"),
  });
  await expect.poll(() => pool.pids).toHaveLength(1);
  process.kill(pool.pids[0], "SIGKILL");
  await lost;
  await expect(pool.run(momentsJob({}))).resolves.toMatchObject({ rows: 30 });
});

test("children ignore SIGINT, wait in line, and are gone after close", async () => {
  await writeRunInFolder();
  const pool = openPool();
  await pool.run(momentsJob({}));
  const { pids } = pool;
  process.kill(pids[0], "SIGINT");
  const results = await Promise.all([pool.run(momentsJob({})), pool.run(momentsJob({ group: 1, from: 1, to: 2 }))]);
  expect(results.map(({ rows }) => rows)).toEqual([30, 20]);
  expect(pool.pids).toEqual(pids);
  await pool.close();
  await sleep(10);
  expect(() => process.kill(pids[0], 0)).toThrow("ESRCH");
});

test("a child that has done a job and has no other is ended, and another one does the next", async () => {
  await writeRunInFolder();
  const pool = new ReducePool({ home: join(folder, "home"), processes: 1, idleMs: 200 });
  closers.push(() => pool.close());
  pool.warm();
  const [warm] = pool.pids;
  await sleep(500);
  await pool.run(momentsJob({}));
  expect(pool.pids).toEqual([warm]);
  await expect.poll(() => pool.pids, { timeout: 5000 }).toEqual([]);
  await expect(pool.run(momentsJob({ group: 1, from: 1, to: 2 }))).resolves.toMatchObject({ rows: 20 });
  expect(pool.pids).not.toContain(warm);
});

test("aborting ends the job with the signal's reason", async () => {
  await writeRunInFolder();
  const pool = openPool();
  const abort = new AbortController();
  const running = expect(pool.run(momentsJob({}), { signal: abort.signal })).rejects.toThrow("handed back");
  await expect.poll(() => pool.pids).toHaveLength(1);
  abort.abort(new Error("handed back"));
  await running;
});

test("a warmed child does the first job, and warming again starts no other", async () => {
  await writeRunInFolder();
  const pool = openPool();
  pool.warm();
  pool.warm();
  const warmed = pool.pids;
  expect(warmed).toHaveLength(1);
  await pool.run(momentsJob({ id: "m0", from: 0, to: 2 }));
  expect(pool.pids).toEqual(warmed);
});
