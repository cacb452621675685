import { existsSync } from "node:fs";
import { link, mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { weights } from "../test/support/places.ts";
import { startPool, type TestPool } from "../test/support/pool.ts";
import { makeScratch } from "../test/support/scratch.ts";
import { describeMachine } from "./machine.ts";
import { median } from "./median.ts";
import { defaultPhotos, listPhotos } from "./photos.ts";

// Whether a small run waits behind a big one: 300 photos alone, and in the middle of a run over 1,000,000 links to them.
// Goal: within 3 times their time alone.

const { values } = parseArgs({
  options: {
    links: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "3" },
    photos: { type: "string", default: defaultPhotos },
  },
});
const goal = 3;
const links = Number(values.links);
const photos = resolve(values.photos);
const scratch = await makeScratch("bench-fairness");

const many = join(scratch, "many");
await linkMany(many);
const pool = await startPool(scratch);
await pool.start("coordinator");
const worker = await pool.start("worker", "--workers", "2");
await pool.start("reducer");
while (!worker.said().includes("engine loaded")) await sleep(100);
// The first run of a pool loads what the others find loaded.
await secondsOf("warm");

const rounds: { alone: number; during: number; ratio: number; big: object }[] = [];
for (let round = 0; round < Number(values.rounds); round++) {
  const alone = await secondsOf(`alone-${round}`);
  const big = await submit(many, `big-${round}`);
  await bigAtWork(pool, big.run);
  const during = await secondsOf(`during-${round}`);
  const status = await progressOf(pool, big.run);
  const cancelled = await pool.command(["cancel", big.run]);
  if (cancelled.code !== 0) throw new Error(cancelled.stderr);
  // Batches in hand are finished first.
  await sleep(10_000);
  rounds.push({ alone, during, ratio: during / alone, big: status });
  console.log(JSON.stringify(rounds.at(-1)));
}
await pool.close();
const ratio = median(rounds.map((round) => round.ratio));
console.log(`300 images took ${ratio.toFixed(2)} times as long during a run over ${links} (goal ${goal})`);
const results = { machine: describeMachine(), links, ratio, rounds };
await writeFile(new URL("results/pool-fairness.json", import.meta.url), `${JSON.stringify(results, rounded, 2)}\n`);
process.exit(ratio <= goal ? 0 : 1);

async function submit(input: string, name: string): Promise<{ readonly run: string; readonly out: string }> {
  const out = join(scratch, name);
  const { code, json, stderr } = await pool.command(["submit", input, "--out", out, "--weights", weights, "--json"]);
  if (code !== 0) throw new Error(stderr);
  return { run: String(json.run), out };
}

/** From the record of the run to its `_SUCCESS`. */
async function secondsOf(name: string): Promise<number> {
  const { out } = await submit(photos, name);
  while (!existsSync(join(out, "_SUCCESS"))) await sleep(20);
  const { at } = JSON.parse(await readFile(join(out, "_run/log/00000001.json"), "utf8"));
  return (Date.now() - Date.parse(at)) / 1000;
}

async function bigAtWork(of: TestPool, run: string): Promise<void> {
  while (((await progressOf(of, run)).done ?? 0) < 500) await sleep(200);
}

async function progressOf({ redis }: TestPool, run: string): Promise<{ readonly done?: number }> {
  return JSON.parse(String((await redis.call("GET", `{pomona}:progress:${run}`)) ?? "{}"));
}

/** Folders of 1,000 links each; a file has some 3,300. */
async function linkMany(target: string): Promise<void> {
  const sources = await listPhotos(photos);
  for (let i = 0; i < links; i++) {
    const source = sources[i % sources.length];
    const folder = join(target, `${dirname(source)}~${Math.floor(i / 1000)}`);
    const to = join(folder, `${i}-${basename(source)}`);
    await link(join(photos, source), to).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
      await mkdir(folder, { recursive: true });
      await link(join(photos, source), to);
    });
  }
}

function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Number(value.toPrecision(3)) : value;
}
