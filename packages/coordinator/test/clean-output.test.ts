import { RunLog, runLayout, StoreUnavailableError } from "@pomona/core";
import { describe, expect, test } from "vitest";
import { cleanOutput } from "../src/clean-output.ts";
import { FakePool } from "./fake-pool.ts";
import { drive, keysOf, open, published, runAll, type Scene, stage } from "./scene.ts";

const now = () => new Date("2026-01-01T12:00:00.000Z");
const clean = ({ out }: Scene) => cleanOutput({ out, by: "me", now });

async function finished(): Promise<{ scene: Scene; run: string }> {
  const scene = await stage();
  await runAll(scene);
  return { scene, run: (await new RunLog(scene.out).read()).run ?? "" };
}

describe("cleaning a finished output", () => {
  test("removes shards and moments and leaves the result and the account of the run", async () => {
    const { scene, run } = await finished();
    const before = await published(scene);
    const root = runLayout(run).root;
    const cleaned = await clean(scene);
    expect(cleaned.run).toBe(run);
    expect(cleaned.objects).toBeGreaterThan(0);
    expect(cleaned.bytes).toBeGreaterThan(0);
    const left = await keysOf(scene.out, root);
    expect(left.filter((key) => /shards|moments/.test(key))).toEqual([]);
    expect(left).toContain(`${root}run.json`);
    expect(left).toContain(`${root}batches/00000000.json`);
    expect(await keysOf(scene.out, "_SUCCESS")).toEqual(["_SUCCESS"]);
    expect(await published(scene)).toEqual(before);
    expect(await new RunLog(scene.out).read()).toMatchObject({ status: "done", cleaned: true, by: "me" });
  });

  test("of several generations leaves the published parts only", async () => {
    const { scene, run } = await finished();
    await runAll(scene, { refit: true, config: { components: 1 } });
    await clean(scene);
    const root = runLayout(run).root;
    const parts = (await keysOf(scene.out, root)).filter((key) => key.endsWith(".parquet"));
    expect(parts).toEqual([`${root}g2/parts/part-00000.parquet`]);
  });

  test("twice removes nothing more", async () => {
    const { scene } = await finished();
    await clean(scene);
    const { entries } = await new RunLog(scene.out).read();
    expect(await clean(scene)).toMatchObject({ objects: 0, bytes: 0 });
    expect((await new RunLog(scene.out).read()).entries).toBe(entries);
  });

  test("still answers the same request with what is there; a refit takes the features from the table", async () => {
    const { scene, run } = await finished();
    const shard = await scene.out.get(runLayout(run).shard(2));
    await clean(scene);
    expect(await open(scene)).toMatchObject({ kind: "finished" });
    const opened = await open(scene, { refit: true, config: { components: 3 } });
    const phases = new Set<string>();
    const { success, made, decoded } = await drive(scene, opened, {
      onProgress: ({ phase }) => void phases.add(phase),
    });
    expect(success).toMatchObject({ generation: 2, model: { components: 3 }, books: { listed: 20, featurized: 20 } });
    expect(decoded).toBe(0);
    expect(made.features).toBeUndefined();
    expect(made.restore).toBeGreaterThan(0);
    expect([...phases].slice(0, 2)).toEqual(["restoring", "featurizing"]);
    expect(await scene.out.get(runLayout(run).shard(2))).toEqual(shard);
    expect((await new RunLog(scene.out).read()).cleaned).toBe(false);
  });

  test("a refit that was cut short goes on with restoring", async () => {
    const { scene, run } = await finished();
    await clean(scene);
    await drive(scene, await open(scene, { refit: true, config: { components: 3 } }), {
      pool: (...given) => {
        const pool = new FakePool(...given);
        pool.fit = () => Promise.reject(new Error("killed"));
        return pool;
      },
    }).catch(() => {});
    await scene.out.delete([runLayout(run).shard(1)]);
    const { made, decoded } = await drive(scene, await open(scene, { config: { components: 3 } }));
    expect([made.restore, made.features, decoded]).toEqual([1, undefined, 0]);
  });

  test("without a table nothing can be made of it", async () => {
    const { scene, run } = await finished();
    await clean(scene);
    await scene.out.delete(await keysOf(scene.out, `${runLayout(run).generation(1).root}parts/`));
    const refit = await open(scene, { refit: true, config: { components: 3 } });
    await expect(drive(scene, refit)).rejects.toMatchObject({ code: "shards-cleaned" });
  });

  test("is refused before the end of a run", async () => {
    const scene = await stage();
    await expect(clean(scene)).rejects.toMatchObject({ code: "not-finished", exitCode: 2 });
    await open(scene);
    await expect(clean(scene)).rejects.toMatchObject({ code: "not-finished", exitCode: 2 });
  });

  test("without the right to delete, removes and logs nothing and names the right", async () => {
    const { scene } = await finished();
    const before = await keysOf(scene.out, "_run/2");
    const { out } = scene;
    const denied = Object.create(out, {
      uri: { value: "s3://bucket/result/" },
      delete: {
        value: async ([key]: string[]) => {
          throw new StoreUnavailableError("delete", key, "s3://bucket/result/", new Error("AccessDenied"));
        },
      },
      list: { value: out.list.bind(out) },
      get: { value: out.get.bind(out) },
      put: { value: out.put.bind(out) },
      putIfAbsent: { value: out.putIfAbsent.bind(out) },
    });
    await expect(cleanOutput({ out: denied, by: "me", now })).rejects.toMatchObject({
      code: "cannot-delete",
      remedy: expect.stringContaining("s3:DeleteObject"),
    });
    expect(await keysOf(out, "_run/2")).toEqual(before);
    expect((await new RunLog(out).read()).cleaned).toBe(false);
  });
});
