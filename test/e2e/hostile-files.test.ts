import { appendFile, copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { drawPhotos } from "../fixtures/drawn-photos.ts";
import { makeHostileFiles } from "../fixtures/hostile-files.ts";
import { type FileCase, fileCases, runCases } from "../fixtures/hostile-table.ts";
import { copyPhotos } from "../support/copy-photos.ts";
import { failureOf } from "../support/failure-of.ts";
import { mustRun, pomona, runArguments, startPomona } from "../support/pomona.ts";
import { watchMemory } from "../support/process-tree.ts";
import { readQuarantine } from "../support/read-quarantine.ts";
import { readTable, type TableRow } from "../support/read-table.ts";
import { imagesInShards, isListingClosed, readRunState, readSuccess } from "../support/run-state.ts";
import { makeScratch } from "../support/scratch.ts";
import { waitFor } from "../support/wait-for.ts";

const goodPhotos = 40;
const rows = fileCases.filter(({ outcome }) => outcome.kind === "row");
const bad = fileCases.filter(({ outcome }) => outcome.kind === "quarantine");

describe("hostile files", () => {
  let scratch: string;
  let input: string;
  let photos: string[];
  let table: Map<string, TableRow>;
  let quarantined: Awaited<ReturnType<typeof readQuarantine>>;
  const out = (name: string): string => join(scratch, name);
  /** A file's path in the table: bytes that are not UTF-8 are shown as \xNN. */
  const shown = ({ key, bytes }: FileCase): string =>
    `file://${input}/${bytes ? key.replace(/[\x80-\xff]/g, (c) => `\\x${c.charCodeAt(0).toString(16)}`) : key}`;

  beforeAll(async () => {
    scratch = await makeScratch("hostile");
    input = join(scratch, "input");
    await mkdir(input);
    photos = await copyPhotos(join(input, "photos"), goodPhotos);
    await makeHostileFiles(input);
  });

  it("end as the table says, and cost little memory", async () => {
    const peakOf = async (folder: string, name: string): Promise<number> => {
      const started = startPomona(runArguments(folder, out(name), "--max-quarantine", "50%"), { scratch });
      const memory = watchMemory(started.pid);
      const ended = await started.ended;
      memory.stop();
      expect(ended, ended.stdout + ended.stderr).toMatchObject({ code: 0 });
      return memory.peak();
    };
    const calm = await peakOf(join(input, "photos"), "calm");
    const hostile = await peakOf(input, "result");
    console.log(`peak of resident memory: ${mib(calm)} with photos only, ${mib(hostile)} with hostile files`);
    expect(hostile - calm).toBeLessThan(300 * 2 ** 20);

    table = new Map((await readTable(out("result"))).map((row) => [row.path, row]));
    quarantined = await readQuarantine(out("result"));
    const { books } = await readSuccess(out("result"));
    expect(books).toEqual({
      listed: goodPhotos + rows.length + bad.length,
      featurized: goodPhotos + rows.length,
      quarantined: bad.length,
      missing: 0,
      duplicates: 0,
    });
  });

  it("give a row to each good one, under its exact path, and to nothing else", () => {
    const expected = [...photos.map((key) => `file://${input}/photos/${key}`), ...rows.map(shown)];
    expect([...table.keys()].sort()).toEqual(expected.sort());
    for (const row of table.values()) {
      expect(row.features).toHaveLength(1280);
      expect(row.features.every(Number.isFinite)).toBe(true);
      expect(row.label).toBe(row.path.slice(`file://${scratch}/`.length).split("/").at(-2));
    }
  });

  it("give the same features where the pixels are the same", () => {
    const pairs = fileCases.flatMap((file) => (file.sameAs === undefined ? [] : [[file.key, file.sameAs] as const]));
    expect(pairs.length).toBeGreaterThan(10);
    for (const [key, twin] of pairs) {
      const [a, b] = [key, twin].map((name) => table.get(`file://${input}/${name}`)?.features);
      expect(a, `${key} and ${twin}`).toEqual(b);
    }
    const distinct = new Set(
      [...table.values()].map(({ features }) => Buffer.from(features.buffer).toString("base64")),
    );
    expect(distinct.size).toBeGreaterThan(table.size - pairs.length - 5);
  });

  it.each(bad)("quarantine $key: $what", (file) => {
    const lines = quarantined.filter(({ path }) => path === shown(file));
    expect(lines).toHaveLength(1);
    const { stage, reason, detail } = lines[0];
    expect({ kind: "quarantine", stage, reason }).toEqual(file.outcome);
    expect(detail).toMatch(/\w{3}/);
  });

  it("quarantine nothing else", () => {
    expect(quarantined.map(({ path }) => path).sort()).toEqual(bad.map(shown).sort());
  });

  it("make a result that validates", async () => {
    expect(await pomona(["validate", out("result")], { scratch })).toMatchObject({ code: 0 });
  });

  it("fail a run with the default limit at once, and a higher one decodes only what has no shard", async () => {
    const refused = await pomona(runArguments(input, out("limited")), { scratch });
    expect(refused).toMatchObject(failureOf(runCases.tooManyQuarantined));
    const state = await readRunState(out("limited"));
    expect(state.success).toBe(false);
    const stored = imagesInShards(state);
    const resumed = await mustRun(runArguments(input, out("limited"), "--max-quarantine", "50%"), { scratch });
    console.log(`${stored} images in shards of the failed run, ${resumed.json.decodedImages} decoded by the resume`);
    expect(stored).toBeGreaterThan(0);
    expect(resumed.json).toMatchObject({ images: table.size + bad.length, quarantined: bad.length });
    expect(resumed.json.resumedImages).toBe(stored);
    expect(resumed.json.decodedImages + (await rowsOfBatches(out("limited"), state))).toBe(table.size);
    expect((await readTable(out("limited"))).map(({ path }) => path)).toEqual([...table.keys()]);
  });

  it("that come last fail the run when all others are done: nothing is left to decode", async () => {
    const late = join(scratch, "late-input");
    await drawPhotos(late, { count: 30 });
    await mkdir(join(late, "zz"));
    for (let i = 0; i < 12; i++) await writeFile(join(late, "zz", `${i}.jpg`), "");
    const refused = await pomona(runArguments(late, out("late")), { scratch });
    expect(refused).toMatchObject(failureOf(runCases.tooManyQuarantined));
    expect((await readRunState(out("late"))).success).toBe(false);
    const resumed = await mustRun(runArguments(late, out("late"), "--max-quarantine", "50%"), { scratch });
    expect(resumed.json).toMatchObject({ images: 42, featurized: 30, quarantined: 12, decodedImages: 0 });
  });

  /** Rows of the final table that belong to the batches with a shard in an earlier state of the run. */
  async function rowsOfBatches(folder: string, { batches, shards }: Awaited<ReturnType<typeof readRunState>>) {
    const keys = batches.filter(({ ordinal }) => shards.has(ordinal)).flatMap(({ images }) => images);
    const paths = new Set((await readTable(folder)).map(({ path }) => path));
    return keys.filter(({ key }) => paths.has(`file://${input}/${key}`)).length;
  }
});

describe("files that do not keep still", () => {
  it("are quarantined when they vanish or change between listing and reading", async () => {
    const scratch = await makeScratch("restless");
    const [input, out] = [join(scratch, "input"), join(scratch, "out")];
    const keys = (await copyPhotos(input, 200)).sort();
    const started = startPomona(runArguments(input, out, "--workers", "1"), { scratch });
    await waitFor("the listing to close", async () => isListingClosed(await readRunState(out)));
    const [gone, longer, touched] = keys.slice(-3);
    await rm(join(input, gone));
    await appendFile(join(input, longer), "x");
    await copyFile(join(input, keys[0]), join(input, touched));
    const ended = await started.ended;
    expect(ended, ended.stdout + ended.stderr).toMatchObject({ code: 0 });
    expect(ended.json).toMatchObject({ images: 200, featurized: 197, quarantinedByReason: { changed: 2, missing: 1 } });
    const lines = (await readQuarantine(out)).map(({ path, stage, reason }) => [path, stage, reason]);
    expect(lines).toEqual([
      [`file://${input}/${gone}`, "get", "missing"],
      [`file://${input}/${longer}`, "get", "changed"],
      [`file://${input}/${touched}`, "get", "changed"],
    ]);
  });
});

function mib(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
