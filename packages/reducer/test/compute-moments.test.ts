import { createMomentsAccumulator, createTypescriptCrossProduct } from "@pomona/stats";
import { expect, test } from "vitest";
import { computeMoments } from "../src/compute-moments.ts";
import { decodeMoments } from "../src/moments-codec.ts";
import { momentsJob } from "./jobs.ts";
import { requestGeneration, retryImages, writeSyntheticRun } from "./synthetic-run.ts";

const batches = [40, 1, 900, 300];

async function directly(rows: readonly { features: Float32Array }[]) {
  const accumulator = createMomentsAccumulator({ dimension: 6, crossProduct: createTypescriptCrossProduct() });
  for (const { features } of rows) await accumulator.push(features);
  return accumulator.finish();
}

test("equals the moments of the rows computed directly", async () => {
  const run = await writeSyntheticRun({ batches, quarantined: ["0:3", "2:7"] });
  expect(await computeMoments(momentsJob({ to: 4 }), run.open)).toEqual({ rows: 1239, quarantined: 0, decoded: 0 });
  const key = run.layout.generation(1).moments(0);
  const { source, moments } = decodeMoments(await run.out.get(key), key);
  const expected = await directly(run.rows);
  expect(source).toMatchObject({ group: 0, from: 0, to: 4 });
  expect(moments.count).toBe(1239);
  expect(moments.mean).toEqual(expected.mean);
  for (const [i, value] of moments.comoment.entries()) expect(value).toBeCloseTo(expected.comoment[i], 9);
});

test("the same rows in other batches give the same moments to the bit", async () => {
  const contents: unknown[] = [];
  for (const cut of [batches, [1241], [620, 621]]) {
    const run = await writeSyntheticRun({ batches: cut });
    await computeMoments(momentsJob({ to: cut.length }), run.open);
    const key = run.layout.generation(1).moments(0);
    contents.push(decodeMoments(await run.out.get(key), key).moments);
  }
  expect(contents[1]).toEqual(contents[0]);
  expect(contents[2]).toEqual(contents[0]);
});

test("is done once: existing moments are kept, damaged ones made anew", async () => {
  const run = await writeSyntheticRun({ batches: [5] });
  await computeMoments(momentsJob({}), run.open);
  const key = run.layout.generation(1).moments(0);
  const first = await run.out.stat(key);
  const bytes = await run.out.get(key);
  await run.out.delete([run.layout.shard(0)]);
  expect((await computeMoments(momentsJob({}), run.open)).rows).toBe(5);
  expect(await run.out.stat(key)).toEqual(first);

  await run.out.put(key, bytes.subarray(0, bytes.length - 1));
  await expect(computeMoments(momentsJob({}), run.open)).rejects.toMatchObject({ code: "missing-shard" });
  const again = await writeSyntheticRun({ batches: [5] });
  await again.out.put(key, bytes.subarray(0, bytes.length - 1));
  await computeMoments(momentsJob({}), again.open);
  expect(await again.out.get(key)).toEqual(bytes);
});

test("a later generation takes over the moments of the same batches, not of others", async () => {
  const run = await writeSyntheticRun({ batches: [5, 4] });
  await computeMoments(momentsJob({}), run.open);
  const bytes = await run.out.get(run.layout.generation(1).moments(0));
  await requestGeneration(run.open, 3, {});
  await computeMoments(momentsJob({ generation: 3, to: 2 }), run.open);
  const key = run.layout.generation(3).moments(0);
  expect(decodeMoments(await run.out.get(key), key).moments.count).toBe(9);

  const other = await writeSyntheticRun({ batches: [5, 4] });
  await other.out.put(run.layout.generation(1).moments(0), bytes);
  await other.out.delete([run.layout.shard(0)]);
  await requestGeneration(other.open, 3, {});
  await computeMoments(momentsJob({ generation: 3 }), other.open);
  expect(await other.out.get(key)).toEqual(bytes);
});

test("only groups with images that were tried again have new moments", async () => {
  const run = await writeSyntheticRun({ batches: [5, 4], quarantined: ["1:3"] });
  const group = (n: number, generation: number) => momentsJob({ group: n, from: n, to: n + 1, generation });
  for (const n of [0, 1]) await computeMoments(group(n, 1), run.open);
  await retryImages(run, { generation: 2, batch: 1, at: 3, layers: [] });
  await run.out.delete([run.layout.shard(0)]);
  expect((await computeMoments(group(0, 2), run.open)).rows).toBe(5);
  expect((await computeMoments(group(1, 2), run.open)).rows).toBe(4);
  expect((await computeMoments(group(1, 1), run.open)).rows).toBe(3);

  // A refit of that generation has its rows, and so its moments.
  await requestGeneration(run.open, 3, {}, { layers: [2] });
  await run.out.delete([run.layout.shard(1)]);
  expect((await computeMoments(group(1, 3), run.open)).rows).toBe(4);
});

test("a group whose images are all in quarantine has moments of no rows", async () => {
  const run = await writeSyntheticRun({ batches: [2], quarantined: ["0:0", "0:1"] });
  expect((await computeMoments(momentsJob({}), run.open)).rows).toBe(0);
  expect((await computeMoments(momentsJob({}), run.open)).rows).toBe(0);
});
