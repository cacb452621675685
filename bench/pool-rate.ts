import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs, promisify } from "node:util";
import { startFaultProxy } from "../test/support/fault-proxy.ts";
import { pomonaBin, weights } from "../test/support/places.ts";
import { runArguments } from "../test/support/pomona.ts";
import { startPool, type TestPool } from "../test/support/pool.ts";
import { processTree } from "../test/support/process-tree.ts";
import { onlyRun } from "../test/support/run-state.ts";
import { makeScratch } from "../test/support/scratch.ts";
import { startVersitygw } from "../test/support/versitygw.ts";
import { describeMachine } from "./machine.ts";
import { median } from "./median.ts";
import { defaultPhotos, multiplyPhotos } from "./photos.ts";
import { S3Requests } from "./s3-requests.ts";

// What Redis and S3 cost: 2 inference processes over Redis and versitygw against 2 in one process on folders, the same
// photos on the same cores. Goal: at least 0.85 of the rate in one process, or 0.95 without the processor time of Redis
// and versitygw.
//
// Twice measured. By the clock: images from the first shard to the last, which says something on an idle machine only. By
// processor time for an image, which is what the rate comes to where processors are the limit, and bears a busy machine:
// the difference between a run over all photos and one over the first few, so that starts and the fit do not count.

const { values } = parseArgs({
  options: {
    images: { type: "string", default: "3000" },
    few: { type: "string", default: "300" },
    rounds: { type: "string", default: "3" },
    photos: { type: "string", default: defaultPhotos },
  },
});
const images = Number(values.images);
const few = Number(values.few);
const ticksPerSecond = 100;
const allParts = ["coordinator", "worker", "inference", "reducer", "redis", "versitygw"] as const;
type Part = (typeof allParts)[number];
type Role = "coordinator" | "worker" | "reducer";
const scratch = await makeScratch("bench-pool-rate");
const s3 = await startVersitygw();
for (const bucket of ["photos", "results", "home"]) await s3.createBucket(bucket);
const photos = join(s3.folder, "photos/in");
await multiplyPhotos(resolve(values.photos), photos, images);

const rounds: Awaited<ReturnType<typeof runRound>>[] = [];
for (let round = 0; round < Number(values.rounds); round++) {
  rounds.push(await runRound(round));
  console.log(JSON.stringify(rounds.at(-1)));
}
const over = (pick: (round: (typeof rounds)[number]) => number): number => median(rounds.map(pick));
const byCpu = over(({ ratio }) => ratio.byCpu);
const byCpuWithoutServers = over(({ ratio }) => ratio.byCpuWithoutServers);
console.log(
  `by processor time: ${byCpu.toFixed(3)} (goal 0.85), without Redis and versitygw ${byCpuWithoutServers.toFixed(3)} (0.95)`,
);
console.log(`by the clock: ${over(({ ratio }) => ratio.byClock).toFixed(3)}`);
const requests = await countRequests();
console.log(`requests to S3: ${JSON.stringify(requests)}`);
await s3.close();
const file = new URL("results/pool-rate.json", import.meta.url);
const results = { machine: describeMachine(), images, few, byCpu, byCpuWithoutServers, requests, rounds };
await writeFile(file, `${JSON.stringify(results, (_, value) => rounded(value), 2)}\n`);
process.exit(byCpu >= 0.85 || byCpuWithoutServers >= 0.95 ? 0 : 1);

async function runRound(round: number) {
  const alone = await runAlone(join(scratch, `alone-${round}`));
  const pool = await runInPool(round);
  return {
    alone,
    pool,
    ratio: {
      byClock: pool.rate / alone.rate,
      byCpu: alone.cpuMsPerImage / (pool.cpuMsPerImage + pool.serversMsPerImage),
      byCpuWithoutServers: alone.cpuMsPerImage / pool.cpuMsPerImage,
    },
  };
}

async function runAlone(folder: string) {
  const out = join(folder, "out");
  await mkdir(folder);
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    POMONA_HOME: join(folder, "home"),
    POMONA_CACHE: join(folder, "cache"),
  };
  const seconds = async (...more: string[]): Promise<number> => {
    const args = runArguments(photos, out, "--workers", "2", ...more);
    // A shell knows the time of all that its children waited for.
    const script = '"$@" > /dev/null && times';
    const { stdout } = await promisify(execFile)(
      "bash",
      ["-c", script, "times", process.execPath, pomonaBin, ...args],
      { env },
    );
    const times = stdout.trim().split("\n").at(-1)?.split(" ") ?? [];
    return times.reduce((sum, text) => sum + secondsIn(text), 0);
  };
  const ofFew = await seconds("--limit", String(few));
  await rm(out, { recursive: true });
  const ofAll = await seconds();
  const { rate } = await rateOf(out);
  await rm(folder, { recursive: true });
  return { rate, cpuMsPerImage: (1000 * (ofAll - ofFew)) / (images - few) };
}

/** `1m2.345s`. */
function secondsIn(text: string): number {
  const [, minutes = "0", seconds = "0"] = /^(\d+)m([\d.]+)s$/.exec(text) ?? [];
  return Number(minutes) * 60 + Number(seconds);
}

async function runInPool(round: number) {
  const folder = join(scratch, `pool-${round}`);
  await mkdir(folder);
  const env = { ...s3.env, POMONA_S3_ENDPOINT: s3.endpoint };
  const pool = await startPool(folder, { env, home: `s3://home/${round}` });
  try {
    const roles = await startRoles(pool);
    const parts = { ...roles, redis: pool.redis.pid(), versitygw: s3.pid() };
    const run = async (out: string, ...more: string[]): Promise<Record<Part, number>> => {
      const before = await cpuSecondsOf(parts);
      const args = ["s3://photos/in", "--out", `s3://results/${out}`, "--weights", weights, ...more, "--json"];
      const submitted = await pool.command(["submit", ...args]);
      if (submitted.code !== 0) throw new Error(submitted.stderr);
      const success = join(s3.folder, "results", out, "_SUCCESS");
      while ((await stat(success).catch(() => undefined)) === undefined) await sleep(200);
      const now = await cpuSecondsOf(parts);
      return eachPart((part) => now[part] - before[part]);
    };
    const ofFew = await run(`${round}-few`, "--limit", String(few));
    const ofAll = await run(String(round));
    const msPerImage = eachPart((part) => (1000 * (ofAll[part] - ofFew[part])) / (images - few));
    const { coordinator, worker, inference, reducer, redis, versitygw } = msPerImage;
    const { rate } = await rateOf(join(s3.folder, "results", String(round)));
    const [cpuMsPerImage, serversMsPerImage] = [coordinator + worker + inference + reducer, redis + versitygw];
    return { rate, cpuMsPerImage, serversMsPerImage, msPerImage };
  } finally {
    await pool.close();
  }
}

async function startRoles(pool: TestPool): Promise<Record<Role, number>> {
  const coordinator = await pool.start("coordinator");
  const worker = await pool.start("worker", "--workers", "2");
  const reducer = await pool.start("reducer");
  while (!worker.said().includes("engine loaded")) await sleep(100);
  return { coordinator: coordinator.pid, worker: worker.pid, reducer: reducer.pid };
}

/** How many images a second came after the first shard. */
async function rateOf(out: string): Promise<{ readonly rate: number }> {
  const shards = join(out, "_run", String(await onlyRun(out)), "shards");
  const names = (await readdir(shards)).filter((name) => name.endsWith(".arrow"));
  const times = await Promise.all(names.map(async (name) => (await stat(join(shards, name))).mtimeMs));
  // The first batch holds 16.
  return { rate: ((images - 16) * 1000) / (Math.max(...times) - Math.min(...times)) };
}

/** User and system time of each part so far. What the worker started counts as inference, also when it has ended. */
async function cpuSecondsOf(parts: Record<Exclude<Part, "inference">, number>): Promise<Record<Part, number>> {
  const worker = await cpuSeconds(parts.worker);
  const [coordinator, ofWorker, reducer] = await Promise.all(
    [parts.coordinator, parts.worker, parts.reducer].map(async (root) => {
      const all = await Promise.all((await processTree(root)).map(cpuSeconds));
      return all.reduce((sum, { own, ended }) => sum + own + ended, 0);
    }),
  );
  const [redis, versitygw] = await Promise.all([parts.redis, parts.versitygw].map(cpuSeconds));
  return {
    coordinator: coordinator ?? 0,
    worker: worker.own,
    inference: (ofWorker ?? 0) - worker.own,
    reducer: reducer ?? 0,
    redis: redis?.own ?? 0,
    versitygw: versitygw?.own ?? 0,
  };
}

/** Of the process, and of its children that have ended. */
async function cpuSeconds(pid: number): Promise<{ readonly own: number; readonly ended: number }> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // After the name, which may hold anything: state, …, utime, stime, cutime, cstime (fields 14 to 17).
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15).map(Number);
  return { own: (user + system) / ticksPerSecond, ended: (endedUser + endedSystem) / ticksPerSecond };
}

function eachPart(of: (part: Part) => number): Record<Part, number> {
  return Object.fromEntries(allParts.map((part) => [part, of(part)])) as Record<Part, number>;
}

/** Requests for a run, by kind, as a proxy before the server saw them. */
async function countRequests() {
  const folder = join(scratch, "requests");
  await mkdir(folder);
  const counted = new S3Requests();
  const proxy = await startFaultProxy(s3.endpoint);
  const env = { ...s3.env, POMONA_S3_ENDPOINT: proxy.endpoint };
  const pool = await startPool(folder, { env, home: "s3://home/requests" });
  try {
    await startRoles(pool);
    proxy.inject((request) => {
      counted.see(request);
      return undefined;
    });
    const args = ["submit", "s3://photos/in", "--out", "s3://results/requests", "--weights", weights, "--json"];
    const submitted = await pool.command(args);
    if (submitted.code !== 0) throw new Error(submitted.stderr);
    const success = join(s3.folder, "results/requests/_SUCCESS");
    while ((await stat(success).catch(() => undefined)) === undefined) await sleep(200);
    return counted.counts();
  } finally {
    await pool.close();
    await proxy.close();
  }
}

function rounded(value: unknown): unknown {
  return typeof value === "number" ? Number(value.toPrecision(4)) : value;
}
