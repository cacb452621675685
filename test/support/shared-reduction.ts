import { link, mkdir, readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { RunLog } from "@pomona/core";
import { openStore } from "@pomona/store";
import { registerSyntheticRun, syntheticRun, writeSyntheticRun } from "../fixtures/synthetic-run.ts";
import type { Started } from "./pomona.ts";
import { startPool } from "./pool.ts";
import { readParts } from "./read-table.ts";
import { waitFor } from "./wait-for.ts";

/** A synthetic run without a result, in a folder that others are linked from. */
export interface ReductionTemplate {
  readonly folder: string;
  readonly shards: number;
}

export async function writeTemplate(
  folder: string,
  { shards, rowsPerShard = 256, dimension }: { shards: number; rowsPerShard?: number; dimension: number },
): Promise<ReductionTemplate> {
  const out = await openStore(folder, { cwd: "/" });
  await writeSyntheticRun({
    out,
    rows: shards * rowsPerShard,
    dimension,
    components: 4,
    rowsOf: () => rowsPerShard,
  });
  return { folder, shards };
}

export interface Reduction {
  /** What the reduction made, as bytes: scaler, PCA, and the table. */
  readonly result: ReadonlyMap<string, Buffer>;
  /** Groups of moments that each reducer made. */
  readonly groups: readonly number[];
  readonly seconds: number;
}

/**
 * Reduces a copy of the template with so many reducers, which are all at work before it begins. With `kill` the first of
 * them is killed once it has made a group.
 */
export async function reduceInPool(
  template: ReductionTemplate,
  { scratch, reducers, kill = false }: { readonly scratch: string; readonly reducers: number; readonly kill?: boolean },
): Promise<Reduction> {
  const folder = join(scratch, "out");
  await linkTree(template.folder, folder);
  const pool = await startPool(scratch);
  try {
    const started: Started[] = [];
    for (let i = 0; i < reducers; i++)
      started.push(pool.begin(["reducer", "--processes", "1", "--health-port", "0", "--log-level", "debug"]));
    try {
      await waitFor("reducers", () => started.every((reducer) => reducer.said().includes("waiting for a coordinator")));
      const out = await openStore(folder, { cwd: "/" });
      await registerSyntheticRun(await openStore(pool.home, { cwd: "/" }), out);
      await new RunLog(out).append(() => ({
        kind: "open",
        at: new Date().toISOString(),
        run: syntheticRun,
        epoch: 1,
      }));
      const beganAt = performance.now();
      const coordinator = await pool.start("coordinator");
      const [victim] = started;
      if (kill) {
        await waitFor("a group of the victim", () => groupsMadeBy(victim) >= 1, { seconds: 300, everyMs: 5 });
        victim.signalGroup("SIGKILL");
      }
      await waitFor(
        "the end",
        () => {
          const failure = /"msg":"run failed".*/.exec(coordinator.said());
          if (failure !== null) throw new Error(coordinator.said());
          return coordinator.said().includes("run done");
        },
        { seconds: 1800, everyMs: 50 },
      );
      const seconds = (performance.now() - beganAt) / 1000;
      return { result: await resultOf(folder), groups: started.map(groupsMadeBy), seconds };
    } finally {
      for (const reducer of started) reducer.signalGroup("SIGKILL");
      await Promise.all(started.map(({ ended }) => ended));
    }
  } finally {
    await pool.close();
  }
}

/** By its log: a line for each job that it completed. */
function groupsMadeBy(reducer: Started): number {
  return reducer.said().match(/"kind":"moments".*"msg":"job completed"/g)?.length ?? 0;
}

async function resultOf(folder: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const name of ["model/scaler.json", "model/pca.json"]) files.set(name, await readFile(join(folder, name)));
  for (const [name, bytes] of await readParts(folder)) files.set(`parquet/${name}`, bytes);
  return files;
}

/** Names of files that differ or are not in both. */
export function differences(a: Reduction, b: Reduction): string[] {
  const names = [...new Set([...a.result.keys(), ...b.result.keys()])];
  return names.filter((name) => {
    const [one, other] = [a.result.get(name), b.result.get(name)];
    return one === undefined || other === undefined || !one.equals(other);
  });
}

/** Stored files are never written to again, so the copies may share them. */
async function linkTree(from: string, to: string): Promise<void> {
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const target = join(to, path.slice(from.length + 1));
    await mkdir(dirname(target), { recursive: true });
    await link(path, target);
  }
}
