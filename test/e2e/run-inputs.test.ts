import { chmod, chown, cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { drawPhotos } from "../fixtures/drawn-photos.ts";
import { runCases } from "../fixtures/hostile-table.ts";
import { drawnRuns } from "../support/drawn-runs.ts";
import { failureOf } from "../support/failure-of.ts";
import { mustRun, pomona, runArguments } from "../support/pomona.ts";
import { readTable } from "../support/read-table.ts";
import { onlyRun, readRunState } from "../support/run-state.ts";

const asRoot = process.getuid?.() === 0;
/** A user who may not read what is forbidden, which root always may. */
const plainUser = asRoot ? { uid: 1000 } : {};
const { count, drawings, newFolder, newOut, run, scratch, succeed } = await drawnRuns("run-inputs");

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
    for (const [i, [path, failure]] of cases.entries()) {
      await chmod(path, 0);
      const out = join(home, `out-${i}`);
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
