import type { ObjectStore } from "@pomona/core";
import { MemoryStore } from "@pomona/store";
import * as arrow from "apache-arrow";
import { Table, writeParquet } from "parquet-wasm";
import { describe, expect, test } from "vitest";
import { openComparableTable } from "../src/comparable-table.ts";
import { compareTables } from "../src/compare-tables.ts";
import { formatComparison } from "../src/format-comparison.ts";
import { normalPath } from "../src/normal-path.ts";
import { ScoreDifferences } from "../src/score-difference.ts";
import { readTableRows, type TableRow } from "../src/table-row.ts";
import { makeOutput } from "./make-output.ts";

const vectorUdt = new arrow.Struct([
  new arrow.Field("type", new arrow.Int8(), false),
  new arrow.Field("size", new arrow.Int32(), true),
  new arrow.Field("indices", new arrow.List(new arrow.Field("element", new arrow.Int32(), true)), true),
  new arrow.Field("values", new arrow.List(new arrow.Field("element", new arrow.Float64(), true)), true),
]);

/** The rows as the notebook leaves them: Spark's vectors, its paths, no order; the second component turned. */
async function sparkTable(rows: readonly TableRow[]): Promise<ObjectStore> {
  const shuffled = [...rows].reverse();
  const dense = (values: ArrayLike<number>) => ({ type: 1, size: null, indices: null, values: Array.from(values) });
  const lists = new arrow.List(new arrow.Field("element", new arrow.Float32(), true));
  const columns = {
    path: arrow.vectorFromArray(
      shuffled.map(({ path }) => path.replace("file:///", "file:/")),
      new arrow.Utf8(),
    ),
    label: arrow.vectorFromArray(
      shuffled.map(({ label }) => label),
      new arrow.Utf8(),
    ),
    features: arrow.vectorFromArray(
      shuffled.map(({ features }) => Array.from(features)),
      lists,
    ),
    scaledFeatures: arrow.vectorFromArray(
      shuffled.map(({ scaledFeatures }) => dense(scaledFeatures)),
      vectorUdt,
    ),
    pcaFeatures: arrow.vectorFromArray(
      shuffled.map(({ pcaFeatures: [x = 0, y = 0] }, i) =>
        i === 3 ? { type: 0, size: 2, indices: [0, 1], values: [x, -y] } : dense([x, -y]),
      ),
      vectorUdt,
    ),
  };
  const store = new MemoryStore();
  const table = Table.fromIPCStream(arrow.tableToIPC(new arrow.Table(columns as never), "stream"));
  await store.put("Results/part-00000-c000.snappy.parquet", writeParquet(table));
  await store.put("Results/_SUCCESS", new Uint8Array());
  return store;
}

async function rowsOf(out: ObjectStore): Promise<TableRow[]> {
  const rows: TableRow[] = [];
  for await (const row of readTableRows(out)) rows.push(row);
  return rows;
}

async function compare(a: ObjectStore, b: ObjectStore, chunkRows?: number) {
  const tables = [await openComparableTable(a), await openComparableTable(b)] as const;
  return compareTables(...tables, chunkRows === undefined ? {} : { chunkRows });
}

describe("comparing tables", () => {
  test.each([7, 8192])(
    "a result and the notebook's own table are the same but for a sign (%i rows at a time)",
    async (n) => {
      const out = await makeOutput();
      const found = await compare(out, await sparkTable(await rowsOf(out)), n);
      expect(found).toMatchObject({ same: true, faults: [], below: null, rows: { a: 40, b: 40, both: 40 } });
      expect(found.features).toMatchObject({ rows: 40, widths: [6, 6], largest: 0 });
      expect(found.scaledFeatures).toMatchObject({ rows: 40, largest: 0 });
      expect(found.pcaFeatures).toMatchObject({ rows: 40, components: 2, largest: 0, turned: 1, variance: 0 });
      expect(found.pcaFeatures?.angle).toBeLessThan(1e-7);
      expect(formatComparison(found)).toContain("the same within the tolerances");
    },
  );

  test("what differs is named: features, labels, rows", async () => {
    const out = await makeOutput();
    const rows = await rowsOf(out);
    const features = Float32Array.from(rows[5]?.features ?? []);
    features[2] = (features[2] ?? 0) + 0.5;
    const changed = rows.map((row, i) => (i === 5 ? { ...row, features } : i === 6 ? { ...row, label: "plum" } : row));
    const found = await compare(out, await sparkTable(changed.slice(0, 38)));
    expect(found.same).toBe(false);
    expect(found.features?.largest).toBeCloseTo(0.5, 6);
    expect(found.features?.worst).toBe(rows[5]?.path);
    expect(found.labelChanges).toEqual({ count: 1, examples: [{ path: rows[6]?.path, a: "apple", b: "plum" }] });
    expect(found.rows).toMatchObject({ onlyACount: 2, onlyBCount: 0, onlyA: [rows[38]?.path, rows[39]?.path] });
    expect(found.faults).toHaveLength(3);
  });

  test("a number that is none is a difference", async () => {
    const out = await makeOutput();
    const rows = await rowsOf(out);
    const broken = rows.map((row, i) => (i === 9 ? { ...row, features: row.features.map(() => Number.NaN) } : row));
    const found = await compare(out, await sparkTable(broken));
    expect(found.features?.largest).toBeNaN();
    expect(found.same).toBe(false);
  });

  test("images that lie elsewhere are found below the folder of each table", async () => {
    const out = await makeOutput();
    const moved = (await rowsOf(out)).map((row) => ({
      ...row,
      path: row.path.replace("file:///data/", "s3a://bucket/Test/"),
    }));
    const found = await compare(out, await sparkTable(moved));
    expect(found.below).toEqual(["file:///data/", "s3://bucket/Test/"]);
    expect(found).toMatchObject({ same: true, rows: { both: 40 } });
  });

  test("the notebook's CSV, whose long vectors pandas shortened", async () => {
    const out = await makeOutput();
    const lines = (await rowsOf(out)).map(
      ({ path, label, pcaFeatures: [x, y] }) =>
        `"${path.replaceAll('"', '""')}",${label},"[0.1 0.2 ... 0.3]","[${x}, ${y}]"`,
    );
    const store = new MemoryStore();
    await store.put("result.csv", Buffer.from(["path,label,features,pcaFeatures", ...lines, ""].join("\n")));
    const found = await compareTables(await openComparableTable(out), await openComparableTable(store, "result.csv"));
    expect(found).toMatchObject({ same: true, features: null, rows: { both: 40 }, pcaFeatures: { largest: 0 } });
  });

  test("what is no table is refused", async () => {
    await expect(openComparableTable(new MemoryStore())).rejects.toThrow("holds no table");
    await expect(openComparableTable(new MemoryStore(), "x.parquet")).rejects.toThrow(
      "there is no memory:///x.parquet",
    );
  });
});

test("the angle between two spaces of scores", () => {
  const angle = 0.3;
  const differences = new ScoreDifferences();
  for (let i = 0; i < 360; i++) {
    const [x, y, z] = [Math.cos((i * Math.PI) / 180), Math.sin((i * Math.PI) / 180), Math.cos((i * Math.PI) / 90)];
    const turned = Math.cos(angle) * z + Math.sin(angle) * y;
    differences.add([x, z], [2 * x + turned, turned]);
  }
  expect(differences.finish().angle).toBeCloseTo(angle, 9);
});

test.each([
  ["file:/a/b.jpg", "file:///a/b.jpg"],
  ["file:///a/b.jpg", "file:///a/b.jpg"],
  ["/a/b.jpg", "file:///a/b.jpg"],
  ["s3a://bucket/a b.jpg", "s3://bucket/a b.jpg"],
  ["s3n://bucket/a.jpg", "s3://bucket/a.jpg"],
])("%s is %s", (path, normal) => {
  expect(normalPath(path)).toBe(normal);
});
