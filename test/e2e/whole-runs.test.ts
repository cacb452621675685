import { spawnSync } from "node:child_process";
import { chmod, chown, cp, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { drawPhotos } from "../fixtures/drawn-photos.ts";
import { runCases } from "../fixtures/hostile-table.ts";
import { copyPhotos } from "../support/copy-photos.ts";
import { failureOf } from "../support/failure-of.ts";
import { mustRun, pomona, runArguments, startPomona } from "../support/pomona.ts";
import { processTree } from "../support/process-tree.ts";
import { partNames, queryTable, quoted, readParts, readTable } from "../support/read-table.ts";
import { onlyRun, readRunState, readSuccess } from "../support/run-state.ts";
import { makeScratch } from "../support/scratch.ts";
import { waitFor } from "../support/wait-for.ts";

const asRoot = process.getuid?.() === 0;
/** A user who may not read what is forbidden, which root always may. */
const plainUser = asRoot ? { uid: 1000 } : {};

let scratch: string;
/** Twelve small drawings in three labels; no test changes them. */
let drawings: string;
const count = 12;
let nextOut = 0;
const newOut = (): string => join(scratch, `out-${++nextOut}`);
const run = (input: string, out: string, ...more: readonly string[]) =>
  pomona(runArguments(input, out, "--workers", "1", ...more), { scratch });
const succeed = (input: string, out: string, ...more: readonly string[]) =>
  mustRun(runArguments(input, out, "--workers", "1", ...more), { scratch });
async function newFolder(name: string): Promise<string> {
  const folder = join(scratch, name);
  await mkdir(folder, { recursive: true });
  return folder;
}

beforeAll(async () => {
  scratch = await makeScratch("runs");
  drawings = await newFolder("drawings");
  await drawPhotos(drawings, { count });
});

describe("an input", () => {
  it("that does not exist, or is a file, is refused", async () => {
    expect(await run(join(scratch, "nowhere"), newOut())).toMatchObject(failureOf(runCases.missingInput));
    expect(await run(join(drawings, "fruit_0/00000.jpg"), newOut())).toMatchObject(failureOf(runCases.inputIsFile));
  });

  it("that is empty is refused", async () => {
    const out = newOut();
    expect(await run(await newFolder("empty"), out)).toMatchObject(failureOf(runCases.emptyInput));
    expect(await onlyRun(out)).toBeUndefined();
  });

  it("where nothing matches is refused, saying what there is instead", async () => {
    const input = await newFolder("texts");
    for (const name of ["a.txt", "b.txt", "c.pdf"]) await writeFile(join(input, name), name);
    expect(await run(input, newOut())).toMatchObject(failureOf(runCases.nothingMatches));
  });

  it("of one image is too few for two components", async () => {
    const input = await newFolder("one");
    await cp(join(drawings, "fruit_0"), join(input, "fruit_0"), { recursive: true });
    expect(await run(input, newOut(), "--limit", "1")).toMatchObject(failureOf(runCases.oneImage));
  });

  it("of equal images has no variance, and keeps its shards", async () => {
    const input = await newFolder("equal");
    for (let i = 0; i < 5; i++) await cp(join(drawings, "fruit_0/00000.jpg"), join(input, `${i}.jpg`));
    const out = newOut();
    for (let attempt = 0; attempt < 2; attempt++) {
      expect(await run(input, out)).toMatchObject(failureOf(runCases.allEqual));
      const state = await readRunState(out);
      expect([state.shards.size, state.success]).toEqual([1, false]);
    }
  });

  it("without any readable image fails, with the quarantine kept for later", async () => {
    const input = await newFolder("unreadable");
    for (let i = 0; i < 5; i++) await writeFile(join(input, `${i}.jpg`), "no image");
    const out = newOut();
    expect(await run(input, out)).toMatchObject(failureOf(runCases.allUnreadable));
    expect((await readRunState(out)).success).toBe(false);
  });

  it("of fewer images than components is refused at the end of listing", async () => {
    const out = newOut();
    expect(await run(drawings, out, "--components", String(count))).toMatchObject(
      failureOf(runCases.tooManyComponents),
    );
    expect((await readRunState(out)).success).toBe(false);
    // Only the number of components was wrong: nothing else has to be done again.
    const { json } = await succeed(drawings, out, "--components", String(count - 1), "--refit");
    expect(json.components).toBe(count - 1);
  });

  it("is cut off at exactly --limit images", async () => {
    for (const limit of [1, 5, 99]) {
      const dry = await pomona(["run", drawings, "--dry-run", "--json", "--limit", String(limit)], { scratch });
      expect(dry).toMatchObject({ code: 0, json: { images: Math.min(limit, count) } });
    }
    const out = newOut();
    expect((await succeed(drawings, out, "--limit", "5", "--batch-size", "2")).json).toMatchObject({ images: 5 });
    const paths = (await readTable(out)).map(({ path }) => path.slice(`file://${drawings}/`.length));
    expect(paths).toEqual([0, 3, 6, 9].map((i) => `fruit_0/0000${i}.jpg`).concat("fruit_1/00001.jpg"));
  });

  it("with a folder or a file that may not be read fails the run and quarantines nothing", async () => {
    const home = await newFolder("denied");
    const input = await newFolder("denied/input");
    await drawPhotos(input, { count: 6 });
    const cases = [
      [join(input, "fruit_2"), runCases.unreadableFolder],
      [join(input, "fruit_1/00001.jpg"), runCases.unreadableFile],
    ] as const;
    if (asRoot) await chown(home, 1000, 1000);
    for (const [path, failure] of cases) {
      await chmod(path, 0);
      const out = join(home, failure.code + nextOut++);
      const args = runArguments(input, out, "--give-up-after", "2");
      const denied = await pomona(args, { scratch: home, ...plainUser });
      expect(denied).toMatchObject(failureOf(failure));
      expect((await readRunState(out)).success).toBe(false);
      await chmod(path, 0o755);
      const { json } = await mustRun(args, { scratch: home, ...plainUser });
      expect(json).toMatchObject({ images: 6, featurized: 6, quarantined: 0 });
    }
  });
});

describe("an output", () => {
  it("inside the input is never listed, even where it holds images", async () => {
    const input = await newFolder("with-output");
    await drawPhotos(input, { count: 6 });
    const out = join(input, "out");
    expect((await succeed(input, out)).json).toMatchObject({ images: 6 });
    await cp(join(input, "fruit_0/00000.jpg"), join(out, "plots/photo.jpg"), { recursive: true });
    const check = await run(input, out, "--check-input");
    expect(check).toMatchObject({ code: 0, json: { new: { count: 0 }, changed: { count: 0 }, gone: { count: 0 } } });
    expect((await succeed(input, out, "--overwrite")).json).toMatchObject({ images: 6 });
  });

  it("that is the input is refused, by another name too", async () => {
    expect(await run(drawings, drawings)).toMatchObject(failureOf(runCases.outputIsInput));
    const alias = join(scratch, "alias");
    await symlink(drawings, alias);
    expect(await run(drawings, alias)).toMatchObject({ code: 2 });
    expect((await readRunState(drawings)).batches).toEqual([]);
  });

  it("that holds something else is refused and left as it is, also with --overwrite", async () => {
    const out = await newFolder("foreign");
    await writeFile(join(out, "precious.txt"), "thesis");
    for (const more of [[], ["--overwrite"]]) {
      expect(await run(drawings, out, ...more)).toMatchObject(failureOf(runCases.foreignOutput));
      expect(await readFile(join(out, "precious.txt"), "utf8")).toBe("thesis");
    }
  });

  it("of ours is replaced by --overwrite, but for what is not ours", async () => {
    const out = newOut();
    const first = (await succeed(drawings, out)).json.run;
    await writeFile(join(out, "notes.txt"), "mine");
    expect((await succeed(drawings, out, "--overwrite", "--batch-size", "7")).json).toMatchObject({
      decodedImages: count,
    });
    expect((await readSuccess(out)).run).not.toBe(first);
    expect(await readFile(join(out, "notes.txt"), "utf8")).toBe("mine");
  });

  it("that another process works on is refused, naming it; Ctrl-C leaves it to be resumed", async () => {
    const input = await newFolder("busy");
    await copyPhotos(input, 200);
    const out = newOut();
    const first = startPomona(runArguments(input, out, "--workers", "1"), { scratch });
    await waitFor("the first shard", async () => (await readRunState(out)).shards.size > 0);
    const second = await run(input, out);
    expect(second).toMatchObject(failureOf(runCases.outputInUse));
    expect(second.json.error?.message).toContain(`process ${first.pid} `);

    const tree = await processTree(first.pid);
    expect(tree.length).toBeGreaterThan(1);
    first.signalGroup("SIGINT");
    const ended = await first.ended;
    expect(ended).toMatchObject(failureOf(runCases.interrupted));
    expect(ended.json.error?.remedy).toMatch(/same command again/);
    await expectGone(tree);

    const stored = (await readRunState(out)).shards.size;
    const { json } = await succeed(input, out);
    expect(stored).toBeGreaterThan(0);
    expect(json.resumedImages).toBeGreaterThan(0);
    expect(json).toMatchObject({ images: 200, decodedImages: 200 - json.resumedImages });
  });

  it("stops at once at the second Ctrl-C", async () => {
    const input = join(scratch, "busy");
    const out = newOut();
    const started = startPomona(runArguments(input, out, "--workers", "1"), { scratch });
    await waitFor("the first shard", async () => (await readRunState(out)).shards.size > 0);
    const tree = await processTree(started.pid);
    started.signalGroup("SIGINT");
    await waitFor("the notice", () => started.said().includes("Ctrl-C again"));
    const second = performance.now();
    started.signalGroup("SIGINT");
    expect(await started.ended).toMatchObject({ code: 130 });
    expect(performance.now() - second).toBeLessThan(1000);
    await expectGone(tree);
    expect((await succeed(input, out)).json).toMatchObject({ images: 200, quarantined: 0 });
  });

  const disk = asRoot && spawnSync("unshare", ["--mount", "true"]).status === 0;
  it.skipIf(!disk)("on a full disk fails the run, shows no part, and is resumed once there is space", async () => {
    const mount = await newFolder("small-disk");
    const remount = (...options: string[]): void => {
      const { status, stderr } = spawnSync("mount", options, { encoding: "utf8" });
      if (status !== 0) throw new Error(stderr);
    };
    remount("-t", "tmpfs", "-o", "size=2m", "tmpfs", mount);
    onTestFinished(() => void spawnSync("umount", ["--lazy", mount]));
    const out = join(mount, "out");
    // Full at the moments (6.6 MB), and after them at the table.
    for (const [size, phase] of [
      ["2m", "featurizing"],
      ["6800k", "moments"],
    ] as const) {
      remount("-o", `remount,size=${size}`, mount);
      const full = await run(drawings, out, "--give-up-after", "1");
      expect(full, `disk of ${size}`).toMatchObject(failureOf(runCases.fullDisk));
      const done = await readdir(join(out, "_run", String(await onlyRun(out)), "g1/moments")).catch(() => []);
      expect(done).toHaveLength(phase === "moments" ? 1 : 0);
      expect((await readRunState(out)).success).toBe(false);
      expect(await partNames(out).catch(() => [])).toEqual([]);
    }
    remount("-o", "remount,size=64m", mount);
    const { json } = await succeed(drawings, out);
    expect(json).toMatchObject({ images: count, decodedImages: 0 });
    expect(await pomona(["validate", out], { scratch })).toMatchObject({ code: 0 });
  });
});

describe("a finished run", () => {
  let input: string;
  let out: string;

  beforeAll(async () => {
    input = await newFolder("finished");
    await drawPhotos(input, { count });
    out = newOut();
    await succeed(input, out);
  });

  it("is not done again, and says when its input was listed", async () => {
    const before = await readParts(out);
    const { json, seconds } = await succeed(input, out);
    expect(json).toMatchObject({ decodedImages: 0, outcome: "finished", listedAt: expect.stringMatching(/^20\d\d-/) });
    console.log(`a finished run is told in ${seconds.toFixed(2)} s`);
    const words = await pomona(["run", input, "--out", out, ...weightsOnly(), "--plain"], { scratch });
    expect(words.stdout + words.stderr).toMatch(/listed/);
    expect(await readParts(out)).toEqual(before);
  });

  it("shows with --check-input what is new, changed and gone", async () => {
    const changed = await newFolder("finished");
    await cp(join(drawings, "fruit_0/00000.jpg"), join(changed, "fruit_9/new.jpg"));
    await rm(join(changed, "fruit_2/00002.jpg"));
    await cp(join(drawings, "fruit_1/00004.jpg"), join(changed, "fruit_1/00001.jpg"));
    const check = await run(changed, out, "--check-input");
    expect(check).toMatchObject({
      code: 0,
      json: {
        new: { count: 1, examples: ["fruit_9/new.jpg"] },
        changed: { count: 1, examples: ["fruit_1/00001.jpg"] },
        gone: { count: 1, examples: ["fruit_2/00002.jpg"] },
      },
    });
    expect((await succeed(changed, out)).json).toMatchObject({ images: count, decodedImages: 0 });
  });

  it("refuses other options of the features, naming them", async () => {
    expect(await run(input, out, "--batch-size", "7")).toMatchObject(failureOf(runCases.featuresDiffer));
  });

  it("refuses other options of the model, naming --refit, which makes them without decoding", async () => {
    const refused = await run(input, out, "--components", "3");
    expect(refused).toMatchObject(failureOf(runCases.modelDiffers));
    expect(refused.json.error?.remedy).toContain("--refit");
    const before = await readTable(out);
    const { json } = await succeed(input, out, "--components", "3", "--refit");
    expect(json).toMatchObject({ components: 3, decodedImages: 0, generation: 2 });
    const after = await readTable(out);
    expect(after.map(({ features }) => features)).toEqual(before.map(({ features }) => features));
    for (const [i, { pcaFeatures }] of after.entries()) {
      expect(pcaFeatures).toHaveLength(3);
      for (let k = 0; k < 2; k++) expect(pcaFeatures[k]).toBeCloseTo(before[i].pcaFeatures[k], 9);
    }
  });

  it("refits to another number of parts and other columns", async () => {
    const more = [
      "--components",
      "3",
      "--partitions",
      "3",
      "--columns",
      "length,modificationTime",
      "--batch-size",
      "4",
    ];
    const folder = newOut();
    await succeed(drawings, folder, "--batch-size", "4");
    expect(await partNames(folder)).toHaveLength(1);
    await succeed(drawings, folder, ...more, "--refit");
    expect(await partNames(folder)).toEqual(["part-00000.parquet", "part-00001.parquet", "part-00002.parquet"]);
    const rows = await queryTable(
      `SELECT count(*), min(length), max(typeof(modificationTime)) FROM ${quoted(`${folder}/parquet/*.parquet`)}`,
    );
    expect(rows[0][0]).toBe(BigInt(count));
    expect(Number(rows[0][1])).toBeGreaterThan(100);
    expect(rows[0][2]).toMatch(/^TIMESTAMP/);
    await succeed(drawings, folder, "--batch-size", "4", "--refit");
    expect(await partNames(folder)).toEqual(["part-00000.parquet"]);
  });

  it("writes another CSV from the table it has", async () => {
    const folder = newOut();
    await succeed(drawings, folder, "--csv", "none");
    await expect(readFile(join(folder, "result.csv"))).rejects.toThrow("ENOENT");
    const before = await readParts(folder);
    for (const [flavour, columns] of [
      ["full", ["path", "label", "features", "scaledFeatures", "pcaFeatures"]],
      ["compact", ["path", "label", "pca_1", "pca_2"]],
    ] as const) {
      expect((await succeed(drawings, folder, "--csv", flavour)).json).toMatchObject({ decodedImages: 0 });
      const csv = `read_csv(${quoted(join(folder, "result.csv"))}, header = true)`;
      const described = await queryTable(`DESCRIBE SELECT * FROM ${csv}`);
      expect(described.map(([name]) => name)).toEqual(columns);
      expect(await queryTable(`SELECT path, label FROM ${csv}`)).toEqual(
        (await readTable(folder)).map(({ path, label }) => [path, label]),
      );
    }
    expect(await readParts(folder)).toEqual(before);
  });

  it("keeps as many components as explain the share asked for", async () => {
    const { json } = await succeed(drawings, newOut(), "--variance", "0.8");
    const shares = json.explainedVariance as number[];
    const sum = shares.reduce((a, b) => a + b, 0);
    expect(sum).toBeGreaterThanOrEqual(0.8);
    expect(sum - shares[shares.length - 1]).toBeLessThan(0.8);
  });
});

describe("labels", () => {
  it("come from the path by --label-from, and each path must match", async () => {
    const out = newOut();
    await succeed(drawings, out, "--label-from", "_(?<label>\\d)/");
    expect((await readSuccess(out)).labels).toEqual({ "0": 4, "1": 4, "2": 4 });
    expect(await run(drawings, newOut(), "--label-from", "(?<label>fruit_0)/")).toMatchObject(
      failureOf(runCases.labelDoesNotMatch),
    );
    expect(await run(drawings, newOut(), "--label-from", "no group")).toMatchObject(failureOf(runCases.badOption));
  });

  it("come from a manifest, which is also the listing", async () => {
    const lines = [
      ["fruit_2/00011.jpg", "plum"],
      ["fruit_0/00000.jpg", "apple, red"],
      ["fruit_1/00001.jpg", "pear"],
      ["fruit_1/00004.jpg", "pear"],
    ];
    const csv = join(scratch, "list.csv");
    const parquet = join(scratch, "list.parquet");
    await writeFile(csv, `path,label\n${lines.map(([path, label]) => `${path},"${label}"`).join("\n")}\n`);
    await queryTable(`COPY (SELECT * FROM read_csv(${quoted(csv)})) TO ${quoted(parquet)} (FORMAT parquet)`);
    for (const manifest of [csv, parquet]) {
      const out = newOut();
      await succeed(drawings, out, "--manifest", manifest);
      const rows = (await readTable(out)).map(({ path, label }) => [path, label]);
      expect(rows).toEqual(lines.toSorted().map(([path, label]) => [`file://${drawings}/${path}`, label]));
    }
  });

  it("need a manifest with its two columns; what it names and is not there is quarantined", async () => {
    const bad = join(scratch, "bad.csv");
    await writeFile(bad, "file,class\na.jpg,b\n");
    expect(await run(drawings, newOut(), "--manifest", bad)).toMatchObject(failureOf(runCases.badManifest));
    const gone = join(scratch, "gone.csv");
    await writeFile(gone, "path,label\nfruit_0/00000.jpg,a\nfruit_0/00003.jpg,a\nfruit_1/00001.jpg,b\nnowhere.jpg,c\n");
    const { json } = await succeed(drawings, newOut(), "--manifest", gone);
    expect(json).toMatchObject({ images: 4, featurized: 3, quarantinedByReason: { missing: 1 } });
  });
});

describe("options", () => {
  it.each([
    ["--batch-size", "0"],
    ["--components", "2", "--variance", "0.9"],
    ["--max-quarantine", "150%"],
    ["--resampler", "magic"],
    ["--columns", "colour"],
  ])("that are wrong are refused: %s %s", async (...flags) => {
    const refused = await run(drawings, newOut(), ...flags);
    expect(refused).toMatchObject(failureOf(runCases.badOption));
    expect(refused.json.error?.message).toContain(flags[0]);
  });

  it("that do not exist are refused, in JSON too", async () => {
    const refused = await run(drawings, newOut(), "--colour", "red");
    expect(refused.code).toBe(2);
    expect(refused.stdout + refused.stderr).toContain("--colour");
    expect(refused).toMatchObject(failureOf(runCases.badOption));
  });

  it("of the environment are refused by name", async () => {
    const args = runArguments(drawings, newOut());
    const unknown = await pomona(args, { scratch, env: { POMONA_BATCHSIZE: "7" } });
    expect(unknown).toMatchObject(failureOf(runCases.badOption));
    expect(unknown.json.error?.message).toContain("POMONA_BATCHSIZE");
    const wrong = await pomona(args, { scratch, env: { POMONA_BATCH_SIZE: "many" } });
    expect(wrong.json.error?.message).toContain("POMONA_BATCH_SIZE");
  });

  it("of a file must be a JSON object of known names", async () => {
    const file = join(scratch, "options.json");
    const config = (...more: string[]) => run(drawings, newOut(), "--config", file, ...more);
    expect(await config()).toMatchObject(failureOf(runCases.badConfigFile));
    await writeFile(file, "[1, 2]");
    expect(await config()).toMatchObject(failureOf(runCases.badConfigFile));
    await writeFile(file, '{"batchsize": 7}');
    expect(await config()).toMatchObject(failureOf(runCases.badOption));
  });

  it("win over each other in the order flag, environment, file", async () => {
    const file = join(scratch, "pomona.json");
    await writeFile(file, JSON.stringify({ batchSize: 5, limit: 6, glob: "**/*.jpg", csv: "none", components: 3 }));
    const out = newOut();
    const env = { POMONA_BATCH_SIZE: "6", POMONA_LIMIT: "7", POMONA_VARIANCE: "0.5" };
    await mustRun(runArguments(drawings, out, "--config", file, "--limit", "8"), { scratch, env });
    const folder = join(out, "_run", String(await onlyRun(out)));
    const { features } = JSON.parse(await readFile(join(folder, "run.json"), "utf8"));
    expect(features).toMatchObject({ batchSize: 6, limit: 8, glob: "**/*.jpg" });
    const { model } = JSON.parse(await readFile(join(folder, "g1/request.json"), "utf8"));
    expect(model).toMatchObject({ variance: 0.5 });
    expect(model.components).toBeUndefined();
    await expect(readFile(join(out, "result.csv"))).rejects.toThrow("ENOENT");
  });
});

/** Nothing of a process tree lives on, once its root has ended. */
async function expectGone(pids: readonly number[]): Promise<void> {
  await waitFor("all processes to end", () => pids.every((pid) => !isAlive(pid)), { seconds: 5 });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function weightsOnly(): string[] {
  const args = runArguments("", "");
  return args.slice(args.indexOf("--weights"), args.indexOf("--weights") + 2);
}
