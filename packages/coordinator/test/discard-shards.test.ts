import { RunLog, runLayout } from "@pomona/core";
import { describe, expect, test } from "vitest";
import { discardShards } from "../src/discard-shards.ts";
import { drive, keysOf, open, published, runAll, type Scene, stage } from "./scene.ts";

const asked = { config: { discardShards: true } };

async function runOf({ out }: Scene): Promise<string> {
  return (await new RunLog(out).read()).run ?? "";
}

async function discard(scene: Scene) {
  return discardShards({ file: { run: await runOf(scene) }, out: scene.out } as Parameters<typeof discardShards>[0]);
}

async function shardsOf(scene: Scene): Promise<string[]> {
  return keysOf(scene.out, runLayout(await runOf(scene)).shards);
}

describe("removing the stored features of a finished run", () => {
  test("is done where its settings say so, once", async () => {
    const scene = await stage();
    await runAll(scene, asked);
    const before = await published(scene);
    expect(await discard(scene)).toMatchObject({ run: await runOf(scene) });
    expect(await shardsOf(scene)).toEqual([]);
    expect(await published(scene)).toEqual(before);
    expect(await new RunLog(scene.out).read()).toMatchObject({ status: "done", cleaned: true, by: "--discard-shards" });
    expect(await discard(scene)).toBeUndefined();
  });

  test("is not done where nobody asked for it, nor before the end", async () => {
    const scene = await stage();
    await open(scene, asked);
    expect(await discard(scene)).toBeUndefined();
    await runAll(scene);
    const shards = await shardsOf(scene);
    expect(shards.length).toBeGreaterThan(0);
    expect(await discard(scene)).toBeUndefined();
    expect(await shardsOf(scene)).toEqual(shards);
  });

  test("goes on where it was interrupted, and then leaves retried shards", async () => {
    const scene = await stage();
    await runAll(scene, asked);
    await discard(scene);
    const { shard, retriedShard } = runLayout(await runOf(scene));
    await scene.out.put(retriedShard(0, 2), Buffer.from("x"));
    expect(await discard(scene)).toBeUndefined();
    await scene.out.put(shard(3), Buffer.from("x"));
    expect(await discard(scene)).toMatchObject({ objects: 1 });
    expect(await shardsOf(scene)).toEqual([retriedShard(0, 2)]);
  });

  test("ends when it is told to, and leaves the rest to the next call", async () => {
    const scene = await stage();
    await runAll(scene, asked);
    const shards = await shardsOf(scene);
    const file = { run: await runOf(scene) } as Parameters<typeof discardShards>[0]["file"];
    const signal = AbortSignal.abort(new Error("stopped"));
    await expect(discardShards({ file, out: scene.out }, { signal })).rejects.toThrow("stopped");
    expect(await shardsOf(scene)).toEqual(shards);
    await discard(scene);
    expect(await shardsOf(scene)).toEqual([]);
  });

  test("happens too when a finished run is asked for with it", async () => {
    const scene = await stage();
    await runAll(scene);
    expect(await open(scene, asked)).toMatchObject({ kind: "finished" });
    expect(await shardsOf(scene)).toEqual([]);
  });

  test("a later request without it keeps what it restores", async () => {
    const scene = await stage();
    await runAll(scene, asked);
    await discard(scene);
    await drive(scene, await open(scene, { refit: true, config: { components: 3 } }));
    expect(await discard(scene)).toBeUndefined();
    expect((await shardsOf(scene)).length).toBeGreaterThan(0);
  });
});

test("a run whose driver may not remove anything fails before it begins", async () => {
  const scene = await stage();
  const opened = await open(scene, asked);
  const before = await shardsOf(scene);
  const machine = { csv: "compact", maxQuarantine: 1, discardShards: true } as const;
  scene.out.delete = () => Promise.reject(new Error("AccessDenied"));
  await expect(drive(scene, opened, { machine })).rejects.toMatchObject({ code: "cannot-delete" });
  expect(await shardsOf(scene)).toEqual(before);
});
