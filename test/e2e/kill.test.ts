import { existsSync } from "node:fs";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { seededRandom } from "@pomona/stats";
import { beforeAll, describe, expect, it } from "vitest";
import { drawPhoto } from "../fixtures/drawn-photos.ts";
import { copyPhotos } from "../support/copy-photos.ts";
import { mustRun, runArguments, type Started, startPomona } from "../support/pomona.ts";
import { readQuarantine } from "../support/read-quarantine.ts";
import { readParts, readTable } from "../support/read-table.ts";
import { imagesInShards, onlyRun, readRunState, readSuccess } from "../support/run-state.ts";
import { makeScratch } from "../support/scratch.ts";
import { waitFor } from "../support/wait-for.ts";

const photos = 300;
/** `KILLS=4` for a quick run. */
const kills = Number(process.env.KILLS ?? 20);
const seed = 20240501;
/** 300 images: sixteen batches of 16 and one of the rest. */
const shardsOfRun = 17;

/** Told by what is in the store. */
interface Moment {
  readonly name: string;
  readonly come: (out: string) => Promise<boolean>;
}

/** Moments that chance would seldom hit. */
const chosenMoments: readonly Moment[] = [
  { name: "before the first batch", come: async (out) => existsSync(join(out, "_run")) },
  { name: "at the first shard", come: async (out) => (await readRunState(out)).shards.size > 0 },
  { name: "at the moments", come: (out) => hasGenerated(out, "moments") },
  { name: "at the model", come: (out) => hasGenerated(out, "model.json") },
  { name: "at the parts", come: (out) => hasGenerated(out, "parts") },
  { name: "while publishing", come: async (out) => existsSync(join(out, "parquet")) },
];

describe("kill -9", () => {
  let scratch: string;
  let input: string;
  let keys: string[];
  let undisturbed: Map<string, Buffer>;
  let seconds: number;

  beforeAll(async () => {
    scratch = await makeScratch("kill");
    input = join(scratch, "input");
    keys = (await copyPhotos(input, photos)).sort();
    const first = await mustRun(runArguments(input, join(scratch, "undisturbed")), { scratch });
    seconds = first.seconds;
    undisturbed = await readParts(join(scratch, "undisturbed"));
  });

  it(`at ${kills} moments leaves a run that the same command completes to the same bytes`, {
    timeout: 1_200_000,
  }, async () => {
    const moments = drawMoments(seconds);
    const report: string[] = [];
    for (let i = 0; i < kills; i++) {
      const out = join(scratch, `killed-${i}`);
      const args = runArguments(input, out);
      const started = startPomona(args, { scratch });
      const { name, come } = moments[i];
      const ended = started.ended.then(() => "ended");
      await Promise.race([ended, waitFor(name, () => come(out), { everyMs: 1 })]);
      await killGroup(started);

      const state = await readRunState(out);
      const stored = imagesInShards(state);
      const resumed = await mustRun(args, { scratch });
      report.push(`${name}: ${stored} images in finished shards, ${resumed.json.decodedImages} decoded by the resume`);
      expect(resumed.json, name).toMatchObject({ images: photos, featurized: photos, decodedImages: photos - stored });
      const parts = await readParts(out);
      expect([...parts.keys()]).toEqual([...undisturbed.keys()]);
      for (const [part, bytes] of parts) expect(bytes.equals(undisturbed.get(part) as Buffer), name).toBe(true);
      await rm(out, { recursive: true });
    }
    console.log(`an undisturbed run takes ${seconds.toFixed(1)} s; killed\n  ${report.join("\n  ")}`);
  });

  it("and a listing that changes before the resume: each path at most once, and books that balance", async () => {
    const out = join(scratch, "changing");
    const args = runArguments(input, out, "--workers", "1", "--max-quarantine", "50%");
    const started = startPomona(args, { scratch });
    await waitFor("some shards", async () => (await readRunState(out)).shards.size >= 3);
    await killGroup(started);
    // As if the listing had been stopped as well: the cursor is in the middle of the keys.
    await keepBatches(out, 9);
    const { batches, shards } = await readRunState(out);
    const cursor = batches.at(-1)?.images.at(-1)?.key ?? "";
    const [before, after] = [keys.filter((key) => key <= cursor), keys.filter((key) => key > cursor)];
    expect(Math.min(before.length, after.length)).toBeGreaterThan(50);

    const added = [...before.slice(0, 25), ...after.slice(0, 25)].map((key) => key.replace(/\.jpg$/, "-added.jpg"));
    for (const [i, key] of added.entries()) {
      await writeFile(join(input, key), await drawPhoto({ width: 60, height: 50, seed: i }));
    }
    const deleted = [...before.slice(-25), ...after.slice(-25)];
    for (const key of deleted) await rm(join(input, key));

    const { json } = await mustRun(args, { scratch });
    const { books } = await readSuccess(out);
    expect(books).toMatchObject({ missing: 0, duplicates: 0, listed: books.featurized + books.quarantined });
    expect(json.decodedImages).toBe(books.featurized - imagesInShards({ batches, shards, success: false }));
    const rows = (await readTable(out)).map(({ path }) => path);
    const quarantined = await readQuarantine(out);
    const all = [...rows, ...quarantined.map(({ path }) => path)];
    expect(new Set(all).size).toBe(all.length);
    expect(all).toHaveLength(books.listed);
    const pathOf = (key: string): string => `file://${input}/${key}`;
    // Behind the cursor: what was added is not seen, what was deleted and had no shard yet is missed.
    const inShards = new Set(
      batches.filter(({ ordinal }) => shards.has(ordinal)).flatMap(({ images }) => images.map(({ key }) => key)),
    );
    const missed = deleted.filter((key) => key <= cursor && !inShards.has(key));
    expect(quarantined.map(({ path, stage, reason }) => [path, stage, reason])).toEqual(
      missed.map((key) => [pathOf(key), "get", "missing"]),
    );
    const expected = [
      ...before.filter((key) => !missed.includes(key)),
      ...after.filter((key) => !deleted.includes(key)),
      ...added.filter((key) => key > cursor),
    ];
    expect(rows.toSorted()).toEqual(expected.map(pathOf).toSorted());
  });
});

/**
 * A third of the moments are chosen; the others are drawn by lot, by turns from the clock and from the shards that are
 * stored, since the clock alone hits little but the start where the machine is busy.
 */
function drawMoments(seconds: number): Moment[] {
  const random = seededRandom(seed);
  const moments = chosenMoments.slice(0, Math.ceil(kills / 3));
  const drawn = kills - moments.length;
  for (let i = 0; i < drawn; i++) {
    const share = (i + random()) / drawn;
    moments.push(i % 2 === 0 ? afterSeconds(share * seconds) : afterShards(1 + Math.floor(share * shardsOfRun)));
  }
  return moments;
}

function afterSeconds(seconds: number): Moment {
  let since: number | undefined;
  return {
    name: `after ${seconds.toFixed(2)} s`,
    async come() {
      since ??= performance.now();
      return performance.now() - since >= seconds * 1000;
    },
  };
}

function afterShards(count: number): Moment {
  return { name: `after ${count} shards`, come: async (out) => (await readRunState(out)).shards.size >= count };
}

async function killGroup(started: Started): Promise<void> {
  started.signalGroup("SIGKILL");
  await started.ended;
}

/** Whether the run has stored this file of its first generation, or anything in this folder of it. */
async function hasGenerated(out: string, name: string): Promise<boolean> {
  const run = await onlyRun(out);
  const path = join(out, "_run", run ?? "none", "g1", name);
  if (!existsSync(path) || name.endsWith(".json")) return existsSync(path);
  return (await readdir(path)).length > 0;
}

/** Takes the later batches away, which have no shard yet. */
async function keepBatches(out: string, keep: number): Promise<void> {
  const { batches, shards } = await readRunState(out);
  const folder = join(out, "_run", String(await onlyRun(out)), "batches");
  for (const { ordinal } of batches.filter(({ ordinal: n }) => n >= keep)) {
    if (shards.has(ordinal)) throw new Error(`batch ${ordinal} is done already`);
    await rm(join(folder, `${String(ordinal).padStart(8, "0")}.json`));
  }
}
