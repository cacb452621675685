import { execFileSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { exportOnnx } from "../../bench/export-onnx.ts";
import { copyPhotos } from "../support/copy-photos.ts";
import { repository, weights } from "../support/places.ts";
import { mustRun, pomona, runArguments } from "../support/pomona.ts";
import { pythonHas, testPython } from "../support/python.ts";
import { makeScratch } from "../support/scratch.ts";

const notebook = join(repository, "test/notebook/notebook.py");

/** What the notebook's own steps make of the same photos, as Spark's Parquet and as the CSV of pandas. */
describe.skipIf(!pythonHas("onnxruntime", "PIL", "pandas", "pyarrow") || weights === "untrained")(
  "a result beside the notebook's own",
  () => {
    let scratch = "";
    let ours = "";
    let theirs = "";

    beforeAll(async () => {
      scratch = await makeScratch("compare-notebook");
      const photos = join(scratch, "photos");
      await copyPhotos(photos, 90);
      ours = join(scratch, "result");
      theirs = join(scratch, "notebook");
      await mustRun(runArguments(photos, ours, "--workers", "2"), { scratch });
      const network = join(scratch, "network.onnx");
      await exportOnnx(weights, network);
      await mkdir(theirs);
      execFileSync(testPython, [notebook, photos, theirs, "--onnx", network], { stdio: "pipe" });
    }, 600_000);

    it.each([["parquet"], ["result.csv"]])(
      "is the same within the tolerances, read from its %s",
      async (table) => {
        const { code, json } = await pomona(["compare", ours, join(theirs, table), "--json"], { scratch });
        expect(json).toMatchObject({
          same: true,
          faults: [],
          rows: { a: 90, b: 90, both: 90 },
          labelChanges: { count: 0 },
        });
        const found = json as unknown as {
          features: { largest: number };
          scaledFeatures: { largest: number };
          pcaFeatures: { angle: number };
        };
        console.log(`against the notebook's ${table}: ${JSON.stringify(found)}`);
        expect(code).toBe(0);
      },
      120_000,
    );

    it("is not the same as one of other labels", async () => {
      const other = join(scratch, "other");
      await mkdir(other);
      execFileSync(testPython, ["-c", relabel, join(theirs, "parquet"), join(other, "part.parquet")], {
        stdio: "pipe",
      });
      const { code, json } = await pomona(["compare", ours, other, "--json"], { scratch });
      expect(json).toMatchObject({ same: false, labelChanges: { count: 90 } });
      expect(code).toBe(1);
    }, 120_000);
  },
);

const relabel = `
import sys, pyarrow.parquet as parquet, pyarrow as pa
table = parquet.read_table(sys.argv[1])
labels = pa.array(["other"] * table.num_rows)
parquet.write_table(table.set_column(table.schema.get_field_index("label"), "label", labels), sys.argv[2])
`;
