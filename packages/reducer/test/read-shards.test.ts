import { decodeBatch, encodeJson, encodeShard, ShardError } from "@pomona/core";
import { expect, test } from "vitest";
import { type BatchShard, readShards } from "../src/read-shards.ts";
import { requestGeneration, retryImages, shardOf, writeSyntheticRun } from "./synthetic-run.ts";

async function readAll(run: Awaited<ReturnType<typeof writeSyntheticRun>>, from: number, to: number, generation = 1) {
  const found: BatchShard[] = [];
  for await (const item of readShards(run.open, { from, to, generation })) found.push(item);
  return found;
}

test("gives the shards of a range in order and passes over batches without images", async () => {
  const run = await writeSyntheticRun({ batches: [2, 3, 1, 0] });
  const found = await readAll(run, 1, 4);
  expect(found.map(({ batch, shard }) => [batch.ordinal, shard.index.length])).toEqual([
    [1, 3],
    [2, 1],
  ]);
});

test("names and removes a damaged shard", async () => {
  const run = await writeSyntheticRun({ batches: [2, 3] });
  const key = run.layout.shard(1);
  const bytes = Uint8Array.from(await run.out.get(key));
  const at = Buffer.from(bytes).lastIndexOf(
    Buffer.from(run.rows[4].features.buffer, run.rows[4].features.byteOffset, 24),
  );
  bytes[at + 5] ^= 1;
  await run.out.put(key, bytes);
  const reading = readAll(run, 0, 2);
  await expect(reading).rejects.toThrow(ShardError);
  await expect(reading).rejects.toThrow(key);
  expect(await run.out.stat(key)).toBeUndefined();
  await expect(readAll(run, 0, 2)).rejects.toMatchObject({
    code: "missing-shard",
    message: expect.stringContaining(key),
  });
});

test("refuses a shard that leaves an image out or counts one twice", async () => {
  const run = await writeSyntheticRun({ batches: [3] });
  const key = run.layout.shard(0);
  const batch = decodeBatch(await run.out.get(run.layout.batch(0)), "batch");
  for (const index of [
    [0, 2],
    [0, 1, 1],
    [0, 1, 2, 3],
  ]) {
    const rows = { index: Uint32Array.from(index), features: new Float32Array(index.length), dimension: 1 };
    await run.out.put(key, encodeShard(shardOf(batch, { ...rows, quarantine: [] })));
    await expect(readAll(run, 0, 1)).rejects.toMatchObject({ code: "damaged-shard", key });
    expect(await run.out.stat(key)).toBeUndefined();
  }
});

test("refuses a shard of another run, batch or fingerprint, and leaves it", async () => {
  const run = await writeSyntheticRun({ batches: [1, 1] });
  await run.out.put(run.layout.shard(1), await run.out.get(run.layout.shard(0)));
  await expect(readAll(run, 0, 2)).rejects.toMatchObject({ code: "foreign-shard" });
  expect(await run.out.stat(run.layout.shard(1))).toBeDefined();

  await run.out.put(run.layout.fingerprint, encodeJson({ name: "pomona.fingerprint", version: 1, engine: "other" }));
  await expect(readAll(run, 0, 1)).rejects.toMatchObject({
    code: "foreign-shard",
    message: expect.stringContaining("fingerprint"),
  });
});

test("lays what a generation tried again over the shards, that of unfinished ones never", async () => {
  const run = await writeSyntheticRun({ batches: [3, 2], quarantined: ["0:1", "0:2", "1:0"] });
  await retryImages(run, { generation: 2, batch: 0, at: 1, layers: [] });
  await retryImages(run, { generation: 3, batch: 0, at: 2, layers: [] });
  await requestGeneration(run.open, 4, {}, { layers: [2] });
  const rows = async (generation: number) =>
    (await readAll(run, 0, 2, generation)).map(({ shard }) => [...shard.index].join());
  expect(await rows(1)).toEqual(["0", "1"]);
  expect(await rows(2)).toEqual(["0,1", "1"]);
  expect(await rows(3)).toEqual(["0,2", "1"]);
  expect(await rows(4)).toEqual(["0,1", "1"]);
  const [{ batch, shard }] = await readAll(run, 0, 1, 4);
  expect([...shard.features.subarray(6, 12)]).toEqual([2, 2, 2, 2, 2, 2]);
  expect(batch.images[1]).toMatchObject({ size: 22, modifiedAt: 2 });

  await run.out.delete([run.layout.retriedShard(0, 2)]);
  await expect(readAll(run, 0, 1, 4)).rejects.toMatchObject({ code: "missing-shard" });
});
