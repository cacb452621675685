import { once } from "node:events";
import { link, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { HandBackError, type RunProgress } from "@pomona/core";
import { connectQueue } from "@pomona/queue";
import { startPool, type TestPool } from "../test/support/pool.ts";
import { makeScratch } from "../test/support/scratch.ts";
import { startVersitygw } from "../test/support/versitygw.ts";
import { keyOf, writeKeyList } from "./key-list.ts";
import { describeMachine } from "./machine.ts";
import { readTree } from "./process-tree.ts";

// What a long listing costs the coordinator of a pool: its memory, that of Redis, and time. One worker acknowledges the
// first batch and then none, so that nothing is ever taken off the coordinator's hands. Goals: 1,000,000 keys of a sorted
// list at 20,000 a second and more, the first batch taken within 2 s, at most 250 MB and flat, Redis at most 60 MB.

const { values } = parseArgs({
  options: {
    keys: { type: "string", default: "1000000" },
    objects: { type: "string", default: "100000" },
    only: { type: "string" },
  },
});
const pollMs = 100;

interface Listing {
  readonly input: string;
  readonly keys: number;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const scratch = await makeScratch("bench-pool-keys");
const rows: Record<string, unknown> = {};
if (values.only !== "s3") rows.list = await listKeys(Number(values.keys));
if (values.only !== "list") rows.s3 = await listBucket(Number(values.objects));
for (const [name, row] of Object.entries(rows)) console.log(name, JSON.stringify(row));
if (values.only === undefined) {
  const file = new URL("results/pool-keys.json", import.meta.url);
  await writeFile(file, `${JSON.stringify({ machine: describeMachine(), ...rows }, undefined, 2)}\n`);
}
process.exit(0);

async function listKeys(keys: number) {
  const input = join(scratch, "in");
  const list = join(scratch, "keys.txt");
  await mkdir(input);
  await writeKeyList(list, keys);
  return measure("list", { input, keys, flags: ["--keys-from", list] });
}

async function listBucket(keys: number) {
  const server = await startVersitygw();
  try {
    await server.createBucket("photos");
    const folder = join(server.folder, "photos/in");
    let first = "";
    for (let i = 0; i < keys; i++) {
      const path = join(folder, keyOf(i));
      if (i % 1000 !== 0) {
        await link(first, path);
        continue;
      }
      // A file system bounds the links of one file.
      first = path;
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, "x");
    }
    const env = { ...server.env, POMONA_S3_ENDPOINT: server.endpoint };
    return await measure("s3", { input: "s3://photos/in", keys, env });
  } finally {
    await server.close();
  }
}

async function measure(name: string, { input, keys, flags = [], env = {} }: Listing) {
  const folder = join(scratch, name);
  await mkdir(folder);
  const pool = await startPool(folder, { env });
  try {
    const redisBefore = await pool.redis.memory();
    const coordinator = await pool.start("coordinator");
    const worker = await startLazyWorker(pool.redis.url);
    const out = join(folder, "out");
    const args = ["submit", input, "--out", out, "--batch-size", "256", ...flags, "--json"];
    const submitted = await pool.command(args);
    if (submitted.code !== 0) throw new Error(submitted.stderr);
    const run = String(submitted.json.run);
    const watched = await watchListing(worker.progress, { run, keys, pid: coordinator.pid });
    const beganAt = await openedAt(out);
    const seconds = (watched.endedAt - beganAt) / 1000;
    await worker.close();
    return {
      keys,
      keysPerSecond: Math.round(keys / seconds),
      seconds: rounded(seconds),
      submitSeconds: rounded(submitted.seconds),
      firstBatchTakenSeconds: rounded((worker.firstTakenAt() - beganAt) / 1000),
      coordinatorPeakMb: watched.peakMb,
      coordinatorMbAtTenths: watched.mbAtTenths,
      redisMbBefore: rounded(redisBefore / 1e6),
      redisPeakMb: rounded((await redisPeak(pool)) / 1e6),
    };
  } finally {
    await pool.close();
  }
}

/** Does the first batch, and holds on to the second. */
async function startLazyWorker(url: string) {
  const queue = await connectQueue({ url, role: "consumer" });
  const stop = new AbortController();
  let firstTakenAt = Number.NaN;
  const handler: Parameters<typeof queue.consume>[1] = async (_, { signal }) => {
    if (Number.isNaN(firstTakenAt)) {
      firstTakenAt = Date.now();
      return { rows: 16, quarantined: 0, decoded: 16 };
    }
    const over = AbortSignal.any([signal, stop.signal]);
    if (!over.aborted) await once(over, "abort");
    throw new HandBackError("the bench is over");
  };
  const consumer = queue.consume("features", handler, { concurrency: 1 });
  return {
    firstTakenAt: () => firstTakenAt,
    progress: (run: string): Promise<RunProgress | undefined> => queue.registry.progress(run),
    async close() {
      stop.abort();
      await consumer.close({ graceMs: 0 });
      await queue.close();
    },
  };
}

async function watchListing(
  progressOf: (run: string) => Promise<RunProgress | undefined>,
  { run, keys, pid }: { readonly run: string; readonly keys: number; readonly pid: number },
) {
  const mbAtTenths: number[] = [];
  let peakMb = 0;
  for (;;) {
    const tree = await readTree(pid);
    const mb = Math.round(tree.reduce((sum, { residentMb }) => sum + residentMb, 0) * 1.048576);
    peakMb = Math.max(peakMb, mb);
    const progress = await progressOf(run);
    while (progress !== undefined && progress.listed >= (keys * (mbAtTenths.length + 1)) / 10) mbAtTenths.push(mb);
    if (progress?.total !== undefined) {
      if (progress.listed !== keys) throw new Error(`${progress.listed} keys were listed of ${keys}`);
      return { endedAt: Date.now(), peakMb, mbAtTenths };
    }
    await sleep(pollMs);
  }
}

/** When the run was recorded, in milliseconds since 1970. */
async function openedAt(out: string): Promise<number> {
  return Date.parse(JSON.parse(await readFile(join(out, "_run/log/00000001.json"), "utf8")).at);
}

async function redisPeak({ redis }: TestPool): Promise<number> {
  return Number(/^used_memory_peak:(\d+)/m.exec(String(await redis.call("INFO", "memory")))?.[1]);
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
