import { createHash } from "node:crypto";
import { decodePartBooks, type OpenRun, runLayout } from "@pomona/core";
import { openParquet } from "@pomona/table";
import type { Table } from "apache-arrow";
import { expect, test } from "vitest";
import { computeMoments } from "../src/compute-moments.ts";
import { fitModel, readModel } from "../src/fit-model.ts";
import { projectPart } from "../src/project-part.ts";
import { fitJob, momentsJob, projectJob } from "./jobs.ts";
import { run as runId, writeSyntheticRun } from "./synthetic-run.ts";

const layout = runLayout(runId).generation(1);
const batches = [700, 400, 1];

async function fitted(options: Partial<Parameters<typeof writeSyntheticRun>[0]> = {}) {
  const run = await writeSyntheticRun({ batches, quarantined: ["1:5"], ...options });
  await computeMoments(momentsJob({ to: (options.batches ?? batches).length }), run.open);
  await fitModel(fitJob(), run.open);
  return run;
}

async function readPart({ out }: OpenRun, columns: string[], part = 0): Promise<Table[]> {
  const tables: Table[] = [];
  const file = await openParquet(out, layout.part(part), (await out.stat(layout.part(part)))!.size);
  for await (const table of file.tables(columns)) tables.push(table);
  return tables;
}

const columnOf = (tables: Table[], name: string) =>
  tables.flatMap((table) => Array.from(table.getChild(name) ?? [], (value) => value?.toArray?.() ?? value));

test("rows are those of the shards in listing order, scaled and projected by the stored model", async () => {
  const run = await fitted();
  expect(await projectPart(projectJob({ to: 3 }), run.open)).toEqual({ rows: 1100, quarantined: 0, decoded: 0 });
  const names = ["path", "label", "features", "scaledFeatures", "pcaFeatures"];
  const tables = await readPart(run.open, names);
  expect(tables.map(({ numRows }) => numRows)).toEqual([1024, 76]);
  expect(tables[0].schema.fields.map(({ name, type }) => `${name} ${type}`)).toEqual([
    "path Utf8",
    "label Utf8",
    "features FixedSizeList[6]<Float32>",
    "scaledFeatures FixedSizeList[6]<Float32>",
    "pcaFeatures FixedSizeList[2]<Float64>",
  ]);
  expect(columnOf(tables, "path")).toEqual(run.rows.map(({ image }) => `memory:///${image.key}`));
  expect(columnOf(tables, "label")).toEqual(run.rows.map(({ image }) => image.label));
  expect(columnOf(tables, "features")).toEqual(run.rows.map(({ features }) => features));
  const { mean, std, loadings } = await readModel(run.open, 1);
  const scaled = columnOf(tables, "scaledFeatures");
  const pca = columnOf(tables, "pcaFeatures");
  for (const [i, { features }] of run.rows.entries()) {
    const expected = Float32Array.from(features, (x, j) => (std[j] === 0 ? 0 : (x - mean[j]) / std[j]));
    for (const [j, value] of expected.entries()) expect(scaled[i][j]).toBeCloseTo(value, 6);
    for (const c of [0, 1]) {
      const score = scaled[i].reduce((sum: number, x: number, j: number) => sum + x * loadings[c * 6 + j], 0);
      expect(Math.abs(pca[i][c] - score)).toBeLessThan(1e-12);
    }
  }
});

test("books account for every image and hash the file", async () => {
  const run = await fitted();
  await projectPart(projectJob({ to: 3 }), run.open);
  const bytes = await run.out.get(layout.part(0));
  const books = decodePartBooks(await run.out.get(layout.partBooks(0)), "books");
  expect(books).toMatchObject({ part: 0, from: 0, to: 3, listed: 1101, rows: 1100, bytes: bytes.length });
  expect(books.sha256).toBe(createHash("sha256").update(bytes).digest("hex"));
  expect(Object.values(books.labels).reduce((a, b) => a + b)).toBe(1100);
  expect(books.quarantined).toEqual([
    { key: "apple/000705.jpg", label: "apple", stage: "decode", reason: "truncated", detail: "premature end" },
  ]);
});

test("the same run gives the same bytes, whoever makes them and again after a crash", async () => {
  const run = await fitted();
  await projectPart(projectJob({ to: 3 }), run.open);
  const bytes = await run.out.get(layout.part(0));
  const other = await fitted();
  await projectPart(projectJob({ to: 3 }), other.open);
  expect(await other.out.get(layout.part(0))).toEqual(bytes);

  // Killed between the file and its books, which may have left a file of another attempt.
  const books = await run.out.get(layout.partBooks(0));
  await run.out.delete([layout.partBooks(0)]);
  await run.out.put(layout.part(0), bytes.subarray(0, 100));
  await projectPart(projectJob({ to: 3 }), run.open);
  expect(await run.out.get(layout.part(0))).toEqual(bytes);
  expect(await run.out.get(layout.partBooks(0))).toEqual(books);
});

test("where books are, nothing is read or written", async () => {
  const run = await fitted();
  await projectPart(projectJob({ to: 3 }), run.open);
  const before = await run.out.stat(layout.part(0));
  await run.out.delete([run.layout.shard(0), layout.model]);
  expect((await projectPart(projectJob({ to: 3 }), run.open)).rows).toBe(1100);
  expect(await run.out.stat(layout.part(0))).toEqual(before);
});

test("a shard that is damaged behind the first row group leaves no part", async () => {
  const run = await fitted();
  const key = run.layout.shard(2);
  await run.out.put(key, (await run.out.get(key)).subarray(0, 300));
  await expect(projectPart(projectJob({ to: 3 }), run.open)).rejects.toMatchObject({ code: "damaged-shard", key });
  expect(await run.out.stat(layout.part(0))).toBeUndefined();
  expect(await run.out.stat(layout.partBooks(0))).toBeUndefined();
});

test("optional columns are those of the listing", async () => {
  const columns = ["etag", "modificationTime", "length"] as const;
  const image = (row: number) => (row % 2 === 0 ? { etag: `e${row}` } : {});
  const run = await fitted({ batches: [5], quarantined: [], model: { columns: columns.join(",") }, image });
  await projectPart(projectJob({}), run.open);
  const tables = await readPart(run.open, [...columns]);
  expect(tables[0].schema.fields.map(({ name }) => name)).toEqual(columns);
  expect(columnOf(tables, "etag")).toEqual(["e0", null, "e2", null, "e4"]);
  expect(columnOf(tables, "length")).toEqual([1000n, 1001n, 1002n, 1003n, 1004n]);
  expect(columnOf(tables, "modificationTime").map(Number)).toEqual([0, 1, 2, 3, 4].map((i) => 1_700_000_000_000 + i));
});

test("a part without rows has its columns", async () => {
  const run = await fitted({ batches: [3, 1], quarantined: ["1:0"] });
  await projectPart(projectJob({ part: 1, from: 1, to: 2 }), run.open);
  expect(decodePartBooks(await run.out.get(layout.partBooks(1)), "books")).toMatchObject({
    listed: 1,
    rows: 0,
    labels: {},
  });
  const tables = await readPart(run.open, ["path", "pcaFeatures"], 1);
  expect(tables.reduce((sum, { numRows }) => sum + numRows, 0)).toBe(0);
});
