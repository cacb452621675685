import { existsSync } from "node:fs";
import { copyFile, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { copyPhotos } from "../support/copy-photos.ts";
import { mustRun, pomona, runArguments, startPomona } from "../support/pomona.ts";
import { readQuarantine } from "../support/read-quarantine.ts";
import { readTable, type TableRow } from "../support/read-table.ts";
import { onlyRun, readRunState, readSuccess } from "../support/run-state.ts";
import { makeScratch } from "../support/scratch.ts";
import { waitFor } from "../support/wait-for.ts";

const photos = 120;

describe("operating a run that needs no pool", () => {
  let scratch: string;
  let input: string;
  let keys: string[];
  let undisturbed: TableRow[];

  beforeAll(async () => {
    scratch = await makeScratch("operate");
    input = join(scratch, "input");
    keys = (await copyPhotos(input, photos)).sort();
    await mustRun(runArguments(input, join(scratch, "undisturbed")), { scratch });
    undisturbed = await readTable(join(scratch, "undisturbed"));
  });

  const shardCount = async (out: string): Promise<number> => (await readRunState(out)).shards.size;

  it("from another terminal: pause, resume, cancel; the same command goes on", async () => {
    const out = join(scratch, "operated");
    const command = runArguments(input, out, "--workers", "1", "--batch-size", "2");
    const running = startPomona(command, { scratch });
    const operate = async (operation: string): Promise<string> => {
      const { code, stdout, stderr } = await pomona([operation, (await onlyRun(out)) ?? ""], { scratch });
      expect(code, stderr).toBe(0);
      return stdout;
    };
    await waitFor("two shards", async () => (await shardCount(out)) >= 2, { everyMs: 20 });
    // Else it would be over before the other command has started.
    running.signalGroup("SIGSTOP");
    await operate("pause");
    running.signalGroup("SIGCONT");
    await waitFor("the pause", () => running.said().includes("Paused by"));
    await sleep(2000);
    const before = await shardCount(out);
    await sleep(2000);
    expect(await shardCount(out)).toBe(before);
    expect(before).toBeLessThan(photos / 2);
    expect(running.child.exitCode).toBe(null);

    expect(await operate("resume")).toContain("goes on");
    await waitFor("more shards", async () => (await shardCount(out)) > before, { everyMs: 20 });
    running.signalGroup("SIGSTOP");
    expect(await operate("cancel")).toContain("is cancelled");
    running.signalGroup("SIGCONT");
    const cancelledAt = performance.now();
    const { code, json } = await running.ended;
    console.log(`ended ${((performance.now() - cancelledAt) / 1000).toFixed(1)} s after it was cancelled`);
    expect(performance.now() - cancelledAt).toBeLessThan(15_000);
    expect(code).toBe(1);
    expect(json.error).toMatchObject({ code: "cancelled", message: expect.stringContaining("was cancelled by") });
    expect(json.error?.remedy).toContain("same command");
    expect(existsSync(join(out, "_SUCCESS"))).toBe(false);
    const { stdout } = await pomona(["status", (await onlyRun(out)) ?? ""], { scratch });
    expect(stdout).toMatch(/^state +cancelled by /m);

    const { json: done } = await mustRun(command, { scratch });
    expect(done.resumedImages).toBeGreaterThan(0);
    expect((await readTable(out)).map(({ features }) => features)).toEqual(undisturbed.map(({ features }) => features));
  });

  it("once it is finished: quarantined images that were repaired are tried again", async () => {
    const out = join(scratch, "repaired");
    const [repaired, elsewhere, lost, still] = [keys[5], keys[40], keys[60], keys[100]];
    const originals = join(scratch, "undamaged");
    for (const [i, key] of [repaired, elsewhere, lost, still].entries()) {
      await copyFile(join(input, key), `${originals}-${i}`);
      await writeFile(join(input, key), (await readFile(join(input, key))).subarray(0, 500));
    }
    const command = runArguments(input, out, "--batch-size", "32", "--columns", "length");
    const first = await mustRun(command, { scratch });
    expect(first.json).toMatchObject({ featurized: photos - 4, quarantined: 4 });

    await copyFile(`${originals}-0`, join(input, repaired));
    await copyFile(`${originals}-1`, join(input, elsewhere));
    await rm(join(input, lost));
    const retry = ["retry", first.json.run, "--json"];
    const refused = await pomona([...retry, "--path", "no/such.jpg"], { scratch });
    expect([refused.code, refused.json.error?.code]).toEqual([2, "nothing-to-retry"]);
    const paths = [repaired, lost, still].flatMap((key) => ["--path", key]);
    const { json: asked } = await mustRun([...retry, ...paths], { scratch });
    expect(asked).toMatchObject({ changed: true, generation: 2, images: 3 });
    // Until it is made, the first result is what there is.
    expect(await readSuccess(out)).toMatchObject({ generation: 1, books: { quarantined: 4 } });
    const { json: second } = await mustRun(command, { scratch });
    expect(second).toMatchObject({ featurized: photos - 3, quarantined: 3, decodedImages: 1 });
    const reasons = (await readQuarantine(out)).map(({ path, reason }) => [
      path.slice(`file://${input}/`.length),
      reason,
    ]);
    expect(reasons).toEqual([
      [elsewhere, expect.stringMatching(/truncated|corrupt/)],
      [lost, "missing"],
      [still, expect.stringMatching(/truncated|corrupt/)],
    ]);

    await mustRun([...retry], { scratch });
    const { json: third } = await mustRun(command, { scratch });
    expect(third).toMatchObject({ featurized: photos - 2, quarantined: 2, decodedImages: 1 });
    expect(await readSuccess(out)).toMatchObject({
      generation: 3,
      books: { listed: photos, featurized: photos - 2, quarantined: 2, missing: 0, duplicates: 0 },
    });
    const expected = undisturbed.filter(({ path }) => !path.endsWith(lost) && !path.endsWith(still));
    const rows = await readTable(out);
    expect(rows.map(({ path }) => path)).toEqual(expected.map(({ path }) => path));
    expect(rows.map(({ features }) => features)).toEqual(expected.map(({ features }) => features));
    expect((await pomona(["validate", out], { scratch })).code).toBe(0);

    // The images that were tried again are known as they are now.
    const { json: changes } = await mustRun([...command, "--check-input"], { scratch });
    expect(changes).toMatchObject({ new: { count: 0 }, changed: { count: 0 }, gone: { count: 1, examples: [lost] } });
  });
});
