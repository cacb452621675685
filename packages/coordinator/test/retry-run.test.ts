import { RunLog, runLayout } from "@pomona/core";
import { describe, expect, test } from "vitest";
import { readSuccess } from "../src/read-success.ts";
import { retryRun } from "../src/retry-run.ts";
import { FakePool } from "./fake-pool.ts";
import { drive, keysOf, open, published, type Scene, stage } from "./scene.ts";

type Selection = Parameters<typeof retryRun>[0]["selection"];

const machine = { csv: "none", maxQuarantine: 1 } as const;

async function finished(config = {}): Promise<Scene & { readonly run: string }> {
  // 5 of 20 are bad, one in each batch of 4.
  const scene = await stage({ count: 0 });
  for (let i = 0; i < 20; i++) await scene.input.put(keyOf(i), Buffer.from("x"));
  const opened = await open(scene, { config });
  await drive(scene, opened, { machine });
  return { ...scene, run: opened.file.run };
}

async function retry({ out, run }: { readonly out: Scene["out"]; readonly run: string }, selection: Selection = {}) {
  return retryRun({ out, log: new RunLog(out), run, by: "me", selection, now: () => new Date() });
}

/** As the same command again would, with these images repaired. */
async function goOn(scene: Scene, { repaired = [] as readonly string[], config = {}, refit = false } = {}) {
  const opened = await open(scene, { config, refit });
  const pool = (...given: ConstructorParameters<typeof FakePool>): FakePool => {
    const made = new FakePool(...given);
    for (const key of repaired) made.repaired.add(key);
    return made;
  };
  return { opened, ...(await drive(scene, opened, { pool, machine })) };
}

const keyOf = (i: number) => `apple/${String(i).padStart(4, "0")}-${i % 4 === 0 ? "bad" : "good"}.jpg`;
const bad = [0, 4, 8, 12].map(keyOf);

describe("a retry of a finished run", () => {
  test("makes a generation with the images that can be read by now; the others stay in quarantine", async () => {
    const scene = await finished();
    expect(await retry(scene)).toEqual({ changed: true, generation: 2, images: 5 });
    expect(await new RunLog(scene.out).read()).toMatchObject({ status: "running", generation: 2, owner: undefined });
    // Until it is published the result is what it was.
    expect((await readSuccess(scene.out))?.books).toMatchObject({ featurized: 15, quarantined: 5 });
    const { success, made } = await goOn(scene, { repaired: [bad[1], bad[3]] });
    expect(success).toMatchObject({ generation: 2, books: { listed: 20, featurized: 17, quarantined: 3, missing: 0 } });
    expect(made).toMatchObject({ retry: 5 });
    expect(made.features).toBeUndefined();
    const table = (await published(scene))["parquet/part-00000.parquet"];
    for (const key of bad) expect(table.includes(key), key).toBe([bad[1], bad[3]].includes(key));
  });

  test("tries only what was chosen, by path or by reason", async () => {
    const scene = await finished();
    const uri = `${scene.input.uri}${bad[2]}`;
    expect(await retry(scene, { paths: [bad[0], uri], reasons: ["truncated"] })).toMatchObject({ images: 2 });
    const { success, made } = await goOn(scene, { repaired: bad });
    expect(success.books).toMatchObject({ featurized: 17, quarantined: 3 });
    expect(made.retry).toBe(2);
    expect(await keysOf(scene.out, runLayout(scene.run).retriedShard(0, 2))).toHaveLength(1);
  });

  test("builds on earlier ones, and so does a refit", async () => {
    const scene = await finished();
    await retry(scene, { paths: [bad[0]] });
    await goOn(scene, { repaired: bad });
    await retry(scene, { paths: [bad[1]] });
    await goOn(scene, { repaired: bad });
    const { success } = await goOn(scene, { config: { components: 5 }, refit: true });
    expect(success).toMatchObject({ generation: 4, books: { featurized: 17, quarantined: 3 } });
    await retry(scene);
    const { success: last, made } = await goOn(scene, { repaired: bad, config: { components: 5 } });
    expect(last).toMatchObject({ generation: 5, books: { featurized: 19, quarantined: 1 } });
    expect(made.retry).toBe(3);
  });

  test("that was cut short goes on, and makes again what got lost, of earlier ones too", async () => {
    const scene = await finished();
    const names = runLayout(scene.run);
    await retry(scene, { paths: [bad[0]] });
    await goOn(scene, { repaired: bad });
    await retry(scene);
    const opened = await open(scene);
    const stop = new AbortController();
    class Dying extends FakePool {
      override async moments(...given: Parameters<FakePool["moments"]>) {
        stop.abort(new Error("killed"));
        return super.moments(...given);
      }
    }
    const dying = drive(scene, opened, { pool: (...given) => new Dying(...given), machine, signal: stop.signal });
    await expect(dying).rejects.toThrow("killed");
    await scene.out.delete([names.retriedShard(0, 2), names.retriedShard(2, 3), names.shard(3)]);
    const { success, made } = await goOn(scene, { repaired: bad });
    expect(made).toMatchObject({ features: 1, retry: 2 });
    expect(success).toMatchObject({ generation: 3, books: { featurized: 17, quarantined: 3 } });
  });

  test("of one that failed or was cancelled goes on with it", async () => {
    const scene = await stage();
    const opened = await open(scene, { drives: false });
    const log = new RunLog(scene.out);
    const { run } = opened.file;
    expect(await retry({ ...scene, run })).toEqual({ changed: false });
    await log.append(() => ({ kind: "cancelled", at: new Date().toISOString(), by: "me" }));
    await expect(retry({ ...scene, run }, { reasons: ["truncated"] })).rejects.toMatchObject({ code: "not-finished" });
    expect(await retry({ ...scene, run })).toEqual({ changed: true });
    expect(await log.read()).toMatchObject({ status: "running", generation: 1 });
  });

  test("is refused where it means no image, and leaves no trace", async () => {
    const scene = await finished();
    const before = await keysOf(scene.out);
    const refusals: [Selection, string][] = [
      [{ reasons: ["empty"] }, "holds 5 truncated"],
      [{ paths: [bad[0], keyOf(2)] }, "0002-good.jpg is not in the quarantine"],
    ];
    for (const [selection, words] of refusals) {
      await expect(retry(scene, selection)).rejects.toMatchObject({
        code: "nothing-to-retry",
        exitCode: 2,
        message: expect.stringContaining(words),
      });
    }
    await expect(retry({ ...scene, run: "20200101-000000-aaaaaa" })).rejects.toMatchObject({ code: "run-replaced" });
    expect(await keysOf(scene.out)).toEqual(before);
  });
});
