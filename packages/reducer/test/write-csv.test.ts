import { csvHeader, runLayout } from "@pomona/core";
import { openParquet } from "@pomona/table";
import { parse } from "csv-parse/sync";
import { expect, test } from "vitest";
import { computeMoments } from "../src/compute-moments.ts";
import { fitModel } from "../src/fit-model.ts";
import { projectPart } from "../src/project-part.ts";
import { writeCsv } from "../src/write-csv.ts";
import { csvJob, fitJob, momentsJob, projectJob } from "./jobs.ts";
import { run as runId, writeSyntheticRun } from "./synthetic-run.ts";

const layout = runLayout(runId).generation(1);
const oddKeys = ["a,b.jpg", 'say "hi".jpg', "two\nlines.jpg", "cr\rhere.jpg", "🍎.jpg", " space .jpg", "50%2F.jpg"];

async function projected() {
  const image = (row: number) => (row < oddKeys.length ? { key: oddKeys[row], label: `l${row},"x"` } : {});
  const run = await writeSyntheticRun({ batches: [1100], image });
  await computeMoments(momentsJob({}), run.open);
  await fitModel(fitJob(), run.open);
  await projectPart(projectJob({}), run.open);
  return run;
}

async function csvOf(run: Awaited<ReturnType<typeof projected>>, flavour: "compact" | "full") {
  expect((await writeCsv(csvJob({ flavour }), run.open)).rows).toBe(1100);
  const text = Buffer.from(await run.out.get(layout.csv(0, flavour))).toString("utf8");
  return parse(csvHeader(flavour, 2) + text, { columns: true }) as Record<string, string>[];
}

async function valuesOf(run: Awaited<ReturnType<typeof projected>>, name: string) {
  const vectors: ArrayLike<number>[] = [];
  const file = await openParquet(run.out, layout.part(0), (await run.out.stat(layout.part(0)))!.size);
  for await (const table of file.tables([name])) {
    for (const vector of table.getChild(name) ?? []) vectors.push(vector.toArray());
  }
  return vectors.map((vector) => Array.from(vector));
}

test("compact rows hold the paths as they are and the components exactly", async () => {
  const run = await projected();
  const rows = await csvOf(run, "compact");
  expect(rows.map(({ path }) => path)).toEqual(run.rows.map(({ image }) => `memory:///${image.key}`));
  expect(rows.map(({ label }) => label)).toEqual(run.rows.map(({ image }) => image.label));
  const components = rows.map((row) => [Number(row.pca_1), Number(row.pca_2)]);
  expect(components).toEqual(await valuesOf(run, "pcaFeatures"));
});

test("full rows hold the vectors as JSON lists in their shortest form", async () => {
  const run = await projected();
  const rows = await csvOf(run, "full");
  expect(rows[0].features).toContain(",0.1,");
  const floats = (text: string) => (JSON.parse(text) as number[]).map((x) => Math.fround(x) + 0);
  const noNegativeZero = (vectors: number[][]) => vectors.map((vector) => vector.map((x) => x + 0));
  expect(rows.map((row) => floats(row.features))).toEqual(await valuesOf(run, "features"));
  expect(rows.map((row) => floats(row.scaledFeatures))).toEqual(noNegativeZero(await valuesOf(run, "scaledFeatures")));
  expect(rows.map((row) => JSON.parse(row.pcaFeatures))).toEqual(await valuesOf(run, "pcaFeatures"));
});

test("is written once, and only from a part that has its books", async () => {
  const run = await projected();
  await writeCsv(csvJob(), run.open);
  const before = await run.out.stat(layout.csv(0, "compact"));
  await writeCsv(csvJob(), run.open);
  expect(await run.out.stat(layout.csv(0, "compact"))).toEqual(before);
  await run.out.delete([layout.partBooks(0)]);
  await expect(writeCsv(csvJob(), run.open)).rejects.toMatchObject({ code: "missing-part" });
});
