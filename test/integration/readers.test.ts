import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runReduceJob } from "@pomona/reducer";
import { openStore } from "@pomona/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { csvJob, fitJob, momentsJob, projectJob } from "../../packages/reducer/test/jobs.ts";
import { writeSyntheticRun } from "../../packages/reducer/test/synthetic-run.ts";
import { pythonHas, runPython } from "../support/python.ts";
import { queryTable, quoted } from "../support/read-table.ts";

const require = createRequire(import.meta.url);
// It has no types.
const parquetjs = require("parquetjs-lite");

// One table of 1,100 rows (two row groups) and odd paths, read by programs that are not ours.

const dimension = 1280;
const components = 3;
const oddKeys = ['say "hi", 🍎.jpg', "two\nlines.jpg", "50%2F.jpg"];
const vectors = ["features", "scaledFeatures", "pcaFeatures"] as const;

let folder = "";
let part = "";
let csv = "";
let run: Awaited<ReturnType<typeof writeSyntheticRun>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pomona-readers-"));
  const out = await openStore(folder, { cwd: "/" });
  run = await writeSyntheticRun({
    batches: [600, 500],
    dimension,
    model: { components, columns: "modificationTime,length,etag" },
    image: (row) => (row < oddKeys.length ? { key: oddKeys[row], etag: "e" } : {}),
    out,
  });
  for (const job of [momentsJob({ to: 2 }), fitJob(), projectJob({ to: 2 }), csvJob()]) {
    await runReduceJob(job, run.openRun);
  }
  part = join(folder, run.layout.generation(1).part(0));
  csv = join(folder, run.layout.generation(1).csv(0, "compact"));
});

afterAll(() => rm(folder, { recursive: true }));

const pathOf = (row: number) => `memory:///${run.rows[row].image.key}`;
const lengths = [dimension, dimension, components];

test("DuckDB", async () => {
  const columns = await queryTable(`DESCRIBE SELECT * FROM ${quoted(part)}`);
  expect(columns.map(([name, type]) => `${name} ${type}`)).toEqual([
    "path VARCHAR",
    "label VARCHAR",
    "features FLOAT[]",
    "scaledFeatures FLOAT[]",
    "pcaFeatures DOUBLE[]",
    "modificationTime TIMESTAMP WITH TIME ZONE",
    "length BIGINT",
    "etag VARCHAR",
  ]);
  const rows = await queryTable(
    `SELECT path, label, features, len(scaledFeatures), len(pcaFeatures), length, etag FROM ${quoted(part)}`,
  );
  expect(rows).toHaveLength(1100);
  for (const i of [0, 1, 2, 3, 1023, 1024, 1099]) {
    const { image, features } = run.rows[i];
    const [path, label, read, scaled, pca, length, etag] = rows[i];
    expect([path, label, etag]).toEqual([pathOf(i), image.label, image.etag ?? null]);
    expect([scaled, pca, length].map(Number)).toEqual([dimension, components, image.size]);
    expect(read).toEqual(Array.from(features));
  }
});

test("DuckDB reads the CSV with the table's components", async () => {
  const names = "names=['path','label','pca_1','pca_2','pca_3']";
  const fromCsv = await queryTable(
    `SELECT path, pca_1, pca_2, pca_3 FROM read_csv(${quoted(csv)}, header=false, quote='"', escape='"', ${names})`,
  );
  const fromTable = await queryTable(`SELECT path, pcaFeatures FROM ${quoted(part)}`);
  expect(fromCsv.map(([path, ...pca]) => [path, pca])).toEqual(fromTable);
});

test("parquetjs-lite", async () => {
  const reader = await parquetjs.ParquetReader.openFile(part);
  try {
    expect(Number(reader.getRowCount())).toBe(1100);
    // Its own conversion of timestamps fails, so only a table without modificationTime is read whole by it.
    const lists = vectors.map((name) => [name, "list", "element"]);
    const cursor = reader.getCursor([["path"], ["label"], ...lists]);
    for (let i = 0; i < 1100; i++) {
      const row = await cursor.next();
      if (i > 2 && i < 1022) continue;
      const values = vectors.map((name) => row[name].list.map(({ element }: { element: number }) => element));
      expect([row.path, row.label, values.map(({ length }) => length)]).toEqual([
        pathOf(i),
        run.rows[i].image.label,
        lengths,
      ]);
      expect(values[0]).toEqual(Array.from(run.rows[i].features));
    }
  } finally {
    await reader.close();
  }
});

const pyarrow = `
import json, sys, pyarrow.parquet as parquet
table = parquet.read_table(sys.argv[1])
print(json.dumps({
  "types": [f"{field.name} {field.type}" for field in table.schema],
  "paths": table["path"].to_pylist(),
  "last": table["features"][-1].as_py(),
}))`;

const polars = `
import json, sys, polars
table = polars.read_parquet(sys.argv[1])
print(json.dumps({"types": [f"{name} {type}" for name, type in table.schema.items()][:5], "height": table.height}))`;

test.skipIf(!pythonHas("pyarrow"))("pyarrow", () => {
  const { types, paths, last } = runPython<{ types: string[]; paths: string[]; last: number[] }>(pyarrow, part);
  expect(types).toEqual([
    "path string",
    "label string",
    "features fixed_size_list<element: float not null>[1280]",
    "scaledFeatures fixed_size_list<element: float not null>[1280]",
    "pcaFeatures fixed_size_list<element: double not null>[3]",
    "modificationTime timestamp[ms, tz=UTC]",
    "length int64",
    "etag string",
  ]);
  expect(paths).toEqual(run.rows.map((_, i) => pathOf(i)));
  expect(last).toEqual(Array.from(run.rows[1099].features));
});

test.skipIf(!pythonHas("polars"))("Polars", () => {
  expect(runPython(polars, part)).toEqual({
    height: 1100,
    types: [
      "path String",
      "label String",
      "features Array(Float32, shape=(1280,))",
      "scaledFeatures Array(Float32, shape=(1280,))",
      "pcaFeatures Array(Float64, shape=(3,))",
    ],
  });
});
