import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  type Batch,
  batchCapacity,
  batchHash,
  encodeBatch,
  encodeJson,
  encodeShard,
  type Fingerprint,
  featureOptions,
  fingerprintHash,
  groupBatches,
  homeLayout,
  type Job,
  modelOptions,
  partitionBatches,
  protocol,
  runLayout,
} from "@pomona/core";
import { ReducePool } from "@pomona/reducer";
import { openStore } from "@pomona/store";

// Reduces synthetic features: moments, fit, project, CSV, in child processes on a folder, as a run does it.
// Prints one JSON line. Goal: 100,000 rows of 1280 in under 60 s and 1 GB on 2 cores.

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "100000" },
    dimension: { type: "string", default: "1280" },
    components: { type: "string", default: "2" },
    processes: { type: "string", default: String(Math.min(2, availableParallelism())) },
    csv: { type: "string", default: "compact" },
    keep: { type: "boolean", default: false },
  },
});
const rows = Number(values.rows);
const dimension = Number(values.dimension);
const run = "20260131-120000-bench0";
const layout = runLayout(run);
const folder = await mkdtemp(join(tmpdir(), "pomona-bench-reduce-"));

try {
  const written = performance.now();
  const imagesPerBatch = await writeRun();
  const writeSeconds = secondsSince(written);
  console.log(JSON.stringify({ rows, dimension, ...(await reduce(imagesPerBatch)), writeSeconds }));
} finally {
  if (!values.keep) await rm(folder, { recursive: true, force: true });
}

async function writeRun(): Promise<number[]> {
  const home = await openStore(join(folder, "home"), { cwd: "/" });
  const out = await openStore(join(folder, "out"), { cwd: "/" });
  const at = "2026-01-31T12:00:00Z";
  const fingerprint: Fingerprint = {
    name: "pomona.fingerprint",
    version: 1,
    decode: "1",
    libvips: "8.17",
    resample: "none",
    exifRotate: false,
    network: "synthetic",
    weights: "untrained:1",
    engine: "none",
    precision: "float32",
  };
  const file = { name: "pomona.run", version: 1, protocol, run, input: out.uri, pomona: "bench", at };
  const record = { name: "pomona.run-record", version: 1, run, out: out.uri, submittedBy: "bench", at };
  const model = modelOptions.parse({ components: Number(values.components) });
  await home.put(homeLayout.run(run), encodeJson(record));
  await out.put(layout.config, encodeJson({ ...file, features: featureOptions.parse({}) }));
  const machine = { csv: "none", maxQuarantine: 0.01, giveUpAfter: 10 };
  await out.put(layout.settings, encodeJson({ name: "pomona.run-settings", version: 1, ...machine }));
  await out.put(layout.fingerprint, encodeJson(fingerprint));
  await out.put(
    layout.generation(1).request,
    encodeJson({ name: "pomona.generation", version: 1, generation: 1, model }),
  );

  const imagesPerBatch: number[] = [];
  const draw = featureDrawer();
  for (let listed = 0; listed < rows; ) {
    const ordinal = imagesPerBatch.length;
    const n = Math.min(rows - listed, batchCapacity(ordinal, 256));
    const images = Array.from({ length: n }, (_, i) => imageOf(listed + i));
    const last = images.at(-1)?.key ?? null;
    const batch: Batch = {
      name: "pomona.batch",
      version: 1,
      run,
      ordinal,
      listedBefore: listed,
      after: null,
      last,
      end: false,
      images,
    };
    const shard = {
      run,
      batch: ordinal,
      batchHash: batchHash(batch),
      fingerprint: fingerprintHash(fingerprint),
      index: Uint32Array.from(images.keys()),
      features: draw(n),
      dimension,
      quarantined: [],
    };
    await out.put(layout.batch(ordinal), encodeBatch(batch));
    await out.put(layout.shard(ordinal), encodeShard(shard));
    imagesPerBatch.push(n);
    listed += n;
  }
  return imagesPerBatch;
}

async function reduce(imagesPerBatch: number[]) {
  const processes = Number(values.processes);
  const pool = new ReducePool({ home: join(folder, "home"), threads: 1, processes });
  const memory = watchMemory();
  const seconds: Record<string, number> = {};
  const phase = async (name: string, jobs: readonly Job[]) => {
    const start = performance.now();
    await Promise.all(jobs.map((job) => pool.run(job)));
    seconds[name] = secondsSince(start);
  };
  const base = { run, priority: 0, generation: 1 };
  const groups = groupBatches(imagesPerBatch);
  const parts = partitionBatches(imagesPerBatch, 1);
  const flavour = values.csv === "full" ? "full" : "compact";
  const start = performance.now();
  await phase(
    "moments",
    groups.map((range, group) => ({ ...base, ...range, kind: "moments", id: `moments-${group}`, group })),
  );
  await phase("fit", [{ ...base, kind: "fit", id: "fit", groups: groups.length }]);
  await phase(
    "project",
    parts.map((range, part) => ({ ...base, ...range, kind: "project", id: `project-${part}`, part })),
  );
  const untilParquet = secondsSince(start);
  await phase(
    "csv",
    parts.map((_, part) => ({ ...base, kind: "csv", id: `csv-${part}`, part, flavour })),
  );
  const peakRssMb = memory.stop();
  await pool.close();
  return { processes, groups: groups.length, parts: parts.length, seconds, secondsToParquet: untilParquet, peakRssMb };
}

/** Correlated, partly zero features, drawn fast: what the network gives is like that. */
function featureDrawer() {
  const factors = Float32Array.from({ length: 4 * dimension }, () => Math.random() * 2 - 1);
  const noise = Float32Array.from({ length: 1 << 20 }, () => Math.random() * 2 - 1);
  return (n: number): Float32Array => {
    const features = new Float32Array(n * dimension);
    for (let row = 0, at = 0; row < n; row++) {
      const from = Math.floor(Math.random() * (noise.length - dimension));
      const [a = 0, b = 0, c = 0, d = 0] = [Math.random(), Math.random(), Math.random(), Math.random()];
      for (let j = 0; j < dimension; j++, at++) {
        const f = j * 4;
        const common = a * factors[f]! + b * factors[f + 1]! + c * factors[f + 2]! + d * factors[f + 3]!;
        features[at] = Math.max(0, common + noise[from + j]!);
      }
    }
    return features;
  };
}

function imageOf(row: number) {
  const label = `class-${row % 24}`;
  return { key: `${String(row).padStart(9, "0")}/${label}.jpg`, label, size: 1, modifiedAt: 0 };
}

/** Peak of the resident memory of this process and its children together, sampled. */
function watchMemory() {
  let peak = 0;
  let running = true;
  const watching = (async () => {
    while (running) {
      peak = Math.max(peak, await residentMb());
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  return {
    stop() {
      running = false;
      void watching;
      return Math.round(peak);
    },
  };
}

async function residentMb(): Promise<number> {
  let kilobytes = 0;
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const status = await readFile(`/proc/${name}/status`, "utf8").catch(() => "");
    const field = (what: string) => Number(new RegExp(`^${what}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
    if (field("PPid") === process.pid || field("Pid") === process.pid) kilobytes += field("VmRSS");
  }
  return kilobytes / 1024;
}

function secondsSince(start: number): number {
  return Math.round(performance.now() - start) / 1000;
}
