import { spawnSync } from "node:child_process";
import { cp, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { drawPhotos } from "../fixtures/drawn-photos.ts";
import { runCases } from "../fixtures/hostile-table.ts";
import { copyPhotos } from "../support/copy-photos.ts";
import { drawnRuns } from "../support/drawn-runs.ts";
import { failureOf } from "../support/failure-of.ts";
import { pomona, runArguments, startPomona } from "../support/pomona.ts";
import { processTree } from "../support/process-tree.ts";
import { partNames } from "../support/read-table.ts";
import { onlyRun, readRunState, readSuccess } from "../support/run-state.ts";
import { waitFor } from "../support/wait-for.ts";

const asRoot = process.getuid?.() === 0;
const { count, drawings, newFolder, newOut, run, scratch, succeed } = await drawnRuns("run-outputs");

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
