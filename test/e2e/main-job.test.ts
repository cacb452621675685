import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { decodeModel, runLayout } from "@pomona/core";
import { PCA } from "ml-pca";
import { beforeAll, describe, expect, it } from "vitest";
import { copyPhotos } from "../support/copy-photos.ts";
import { photosFolder } from "../support/places.ts";
import { mustRun, pomona, type RunFacts, runArguments } from "../support/pomona.ts";
import { pythonHas, runPython } from "../support/python.ts";
import { partNames, readTable, type TableRow } from "../support/read-table.ts";
import { makeScratch } from "../support/scratch.ts";

const require = createRequire(import.meta.url);
const { ParquetReader } = require("parquetjs-lite") as {
  ParquetReader: { openFile(file: string): Promise<LiteReader> };
};

interface LiteReader {
  getCursor(): { next(): Promise<Record<string, unknown> | null> };
  getRowCount(): { toString(): string };
  close(): Promise<void>;
}

const columns = ["path", "label", "features", "scaledFeatures", "pcaFeatures"];

/** What NumPy makes of the features in the table, in double precision. */
const numpy = `
import json, sys, numpy, pyarrow.parquet as parquet
table = parquet.read_table(sys.argv[1])
x = numpy.array(table["features"].to_pylist(), dtype=numpy.float64)
mean, std = x.mean(axis=0), x.std(axis=0, ddof=1)
kept = std > 0
values = numpy.linalg.eigvalsh(numpy.corrcoef(x[:, kept], rowvar=False))[::-1].clip(0)
share = values / values.sum()
print(json.dumps({"shape": x.shape, "columns": table.column_names, "mean": mean.tolist(), "std": std.tolist(),
  "values": values.tolist(), "share": share[:2].tolist(), "k": int(numpy.searchsorted(share.cumsum(), 0.95) + 1)}))`;

interface FromNumpy {
  readonly shape: readonly [number, number];
  readonly columns: readonly string[];
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly values: readonly number[];
  readonly share: readonly [number, number];
  readonly k: number;
}

describe.skipIf(photosFolder === undefined)("the main job on 300 photos", () => {
  let scratch = "";
  let out = "";
  let part = "";
  let facts: RunFacts & { readonly explainedVariance?: readonly number[] };
  let rows: TableRow[] = [];

  beforeAll(async () => {
    scratch = await makeScratch("main-job");
    out = join(scratch, "out");
    const photos = join(scratch, "photos");
    await copyPhotos(photos, 300);
    const { json } = await mustRun(runArguments(photos, out), { scratch });
    facts = json as typeof facts;
    part = join(out, "parquet", (await partNames(out))[0]);
    rows = await readTable(out);
  });

  it("featurizes every photo", () => {
    expect(facts).toMatchObject({ images: 300, featurized: 300, quarantined: 0, labels: 5, components: 2 });
  });

  it("is found valid by the program itself", async () => {
    const { code, json } = await pomona(["validate", out, "--json"], { scratch });
    expect([code, (json as { ok?: boolean }).ok]).toEqual([0, true]);
  });

  it("is read by DuckDB: 300 rows of 1280, 1280 and 2 numbers", () => {
    expect(rows).toHaveLength(300);
    for (const { features, scaledFeatures, pcaFeatures } of rows) {
      expect([features.length, scaledFeatures.length, pcaFeatures.length]).toEqual([1280, 1280, 2]);
    }
  });

  it("is read by parquetjs-lite", async () => {
    const reader = await ParquetReader.openFile(part);
    try {
      expect(Number(reader.getRowCount())).toBe(300);
      expect(Object.keys((await reader.getCursor().next()) ?? {})).toEqual(columns);
    } finally {
      await reader.close();
    }
  });

  it("has a model that ml-pca loads and that projects the same", async () => {
    const model = PCA.load(JSON.parse(await readFile(join(out, "model/pca.json"), "utf8")));
    const projected = model.predict(
      rows.map(({ scaledFeatures }) => Array.from(scaledFeatures)),
      { nComponents: 2 },
    );
    const worst = rows.map(({ pcaFeatures }, i) =>
      Math.max(...Array.from(pcaFeatures, (value, c) => Math.abs(value - projected.get(i, c)))),
    );
    expect(Math.max(...worst)).toBeLessThan(1e-9);
  });

  describe.skipIf(!pythonHas("numpy", "pyarrow", "polars"))("beside Python", () => {
    let oracle: FromNumpy;
    beforeAll(() => {
      oracle = runPython<FromNumpy>(numpy, part);
    });

    it("is read by pyarrow and Polars", () => {
      expect([oracle.shape, oracle.columns]).toEqual([[300, 1280], columns]);
      const polars = `import json, sys, polars; t = polars.read_parquet(sys.argv[1]); print(json.dumps([t.shape, t.columns]))`;
      expect(runPython(polars, part)).toEqual([[300, 5], columns]);
    });

    it("has NumPy's mean, deviation, eigenvalues and explained variance to 1e-9", async () => {
      const key = runLayout(facts.run).generation(1).model;
      const model = decodeModel(await readFile(join(out, key)), key);
      expect(farthest(model.mean, oracle.mean)).toBeLessThan(1e-9);
      expect(farthest(model.std, oracle.std)).toBeLessThan(1e-9);
      expect(farthest(model.eigenvalues, oracle.values) / oracle.values[0]).toBeLessThan(1e-9);
      expect(farthest(facts.explainedVariance ?? [], oracle.share)).toBeLessThan(1e-9);
    });

    it("needs as many components as NumPy for 95 % of the variance", async () => {
      const more = ["--variance", "0.95", "--refit"];
      const { json } = await mustRun([...runArguments(join(scratch, "photos"), out), ...more], { scratch });
      expect(json).toMatchObject({ components: oracle.k, decodedImages: 0 });
    });
  });
});

function farthest(a: ArrayLike<number>, b: readonly number[]): number {
  expect(a.length).toBe(b.length);
  return b.reduce((worst, value, i) => Math.max(worst, Math.abs(value - a[i])), 0);
}
