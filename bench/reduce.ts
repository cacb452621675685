import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { batchCapacity, groupBatches, type Job, partitionBatches } from "@pomona/core";
import { ReducePool } from "@pomona/reducer";
import { openStore } from "@pomona/store";
import { registerSyntheticRun, syntheticRun, writeSyntheticRun } from "../test/fixtures/synthetic-run.ts";

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
const run = syntheticRun;
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
  await registerSyntheticRun(home, out);
  const rowsOf = (ordinal: number): number => batchCapacity(ordinal, 256);
  return writeSyntheticRun({ out, rows, dimension, components: Number(values.components), rowsOf });
}

async function reduce(imagesPerBatch: number[]) {
  const processes = Number(values.processes);
  const pool = new ReducePool({ home: join(folder, "home"), processes });
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
