import { decodeModel } from "@pomona/core";
import { PCA } from "ml-pca";
import { expect, test } from "vitest";
import { computeMoments } from "../src/compute-moments.ts";
import { fitModel, readModel } from "../src/fit-model.ts";
import { fitJob, momentsJob } from "./jobs.ts";
import { requestGeneration, writeSyntheticRun } from "./synthetic-run.ts";

async function runWithMoments(options: Partial<Parameters<typeof writeSyntheticRun>[0]> = {}) {
  const run = await writeSyntheticRun({ batches: [30, 20, 10], quarantined: ["1:2"], ...options });
  await computeMoments(momentsJob({ to: 1 }), run.open);
  await computeMoments(momentsJob({ group: 1, from: 1, to: 3 }), run.open);
  return run;
}

test("scaler and components equal those of the rows computed directly", async () => {
  const run = await runWithMoments();
  expect(await fitModel(fitJob({ groups: 2 }), run.open)).toEqual({ rows: 2, quarantined: 0, decoded: 0 });
  const model = await readModel(run.open, 1);
  const n = run.rows.length;
  expect(model).toMatchObject({ generation: 1, count: n, dimension: 6, components: 2, constantColumns: [2] });
  const columns = [0, 1, 3, 4, 5];
  for (const j of columns) {
    const values = run.rows.map(({ features }) => features[j]);
    const mean = values.reduce((a, b) => a + b) / n;
    expect(model.mean[j]).toBeCloseTo(mean, 12);
    expect(model.std[j]).toBeCloseTo(Math.sqrt(values.reduce((a, x) => a + (x - mean) ** 2, 0) / (n - 1)), 12);
  }
  const scaled = run.rows.map(({ features }) => columns.map((j) => (features[j] - model.mean[j]) / model.std[j]));
  const oracle = new PCA(scaled, { center: false, scale: false, method: "SVD" });
  for (const [i, value] of oracle.getEigenvalues().entries()) expect(model.eigenvalues[i]).toBeCloseTo(value, 9);
});

test("writes the published files as well, and ml-pca loads its own", async () => {
  const run = await runWithMoments();
  await fitModel(fitJob({ groups: 2 }), run.open);
  const model = await readModel(run.open, 1);
  const read = async (name: string) =>
    JSON.parse(Buffer.from(await run.out.get(run.layout.generation(1).modelFile(name))).toString());
  expect((await read("scaler.json")).mean).toEqual(Array.from(model.mean));
  const loaded = PCA.load(await read("pca.json"));
  const row = [1, 2, 0, -1, 0.5, 3];
  const [first] = loaded.predict([row], { nComponents: 2 }).to2DArray();
  const score = row.reduce((sum, x, j) => sum + x * model.loadings[j], 0);
  expect(first[0]).toBeCloseTo(score, 12);
});

test("does nothing where a model is, and the same again where it was cut short", async () => {
  const run = await runWithMoments();
  const { model: key, modelFile } = run.layout.generation(1);
  await fitModel(fitJob({ groups: 2 }), run.open);
  const bytes = await run.out.get(key);
  await run.out.delete([key, modelFile("pca.json")]);
  await fitModel(fitJob({ groups: 2 }), run.open);
  expect(await run.out.get(key)).toEqual(bytes);
  await run.out.delete([run.layout.generation(1).moments(0)]);
  expect((await fitModel(fitJob({ groups: 2 }), run.open)).rows).toBe(2);
});

test("keeps as many components as the request says", async () => {
  const run = await runWithMoments({ model: { variance: "0.9" } });
  const { rows: k } = await fitModel(fitJob({ groups: 2 }), run.open);
  const { eigenvalues } = await readModel(run.open, 1);
  const share = (n: number) => eigenvalues.slice(0, n).reduce((a, b) => a + b) / eigenvalues.length;
  expect(share(k)).toBeGreaterThanOrEqual(0.9);
  expect(share(k - 1)).toBeLessThan(0.9);

  const clamped = await runWithMoments({ model: { components: 99 } });
  expect((await fitModel(fitJob({ groups: 2 }), clamped.open)).rows).toBe(5);
  const key = clamped.layout.generation(1).model;
  expect(decodeModel(await clamped.out.get(key), key).warnings).toHaveLength(1);

  const standard = await runWithMoments({ model: {} });
  expect((await fitModel(fitJob({ groups: 2 }), standard.open)).rows).toBe(2);
});

test("no variance is an error with a remedy and leaves no model", async () => {
  for (const options of [
    { batches: [1] },
    { feature: () => 0.5, batches: [9] },
    { batches: [1], quarantined: ["0:0"] },
  ]) {
    const run = await writeSyntheticRun(options);
    await computeMoments(momentsJob({}), run.open);
    await expect(fitModel(fitJob(), run.open)).rejects.toMatchObject({
      code: "no-variance",
      exitCode: 1,
      remedy: expect.stringContaining("at least two"),
    });
    expect(await run.out.stat(run.layout.generation(1).model)).toBeUndefined();
    expect(await run.out.stat(run.layout.shard(0))).toBeDefined();
  }
});

test("missing moments are named", async () => {
  const run = await runWithMoments();
  await requestGeneration(run.open, 2, {});
  await expect(fitModel(fitJob({ generation: 2, groups: 2 }), run.open)).rejects.toMatchObject({
    code: "missing-moments",
    message: expect.stringContaining("g2/moments"),
  });
});
