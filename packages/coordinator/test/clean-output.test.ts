import { RunLog, runLayout, StoreUnavailableError } from "@pomona/core";
import { describe, expect, test } from "vitest";
import { cleanOutput } from "../src/clean-output.ts";
import { keysOf, open, published, runAll, type Scene, stage } from "./scene.ts";

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

  test("still answers the same request with what is there, and refuses to make anything of it", async () => {
    const { scene } = await finished();
    await clean(scene);
    expect(await open(scene)).toMatchObject({ kind: "finished" });
    await expect(open(scene, { refit: true, config: { components: 3 } })).rejects.toMatchObject({
      code: "shards-cleaned",
      exitCode: 2,
      remedy: expect.stringContaining("--overwrite"),
    });
    expect(await open(scene, { overwrite: true })).toMatchObject({ kind: "drive", generation: 1, resumed: false });
    expect((await new RunLog(scene.out).read()).cleaned).toBe(false);
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
