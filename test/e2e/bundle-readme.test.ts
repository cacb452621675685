import { execFileSync } from "node:child_process";
import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { codeBlocks } from "../support/code-blocks.ts";
import { copyPhotos } from "../support/copy-photos.ts";
import { repository, weights } from "../support/places.ts";
import { mustRun, pomona, runArguments } from "../support/pomona.ts";
import { pythonHas, runPython } from "../support/python.ts";
import { readTable, type TableRow } from "../support/read-table.ts";
import { makeScratch } from "../support/scratch.ts";

/** What the README leaves to its reader: where the features come from, and what is done with the results. */
const python = {
  before: 'import json\nimport numpy as np\nfeatures = np.array(json.load(open("features.json")), dtype=np.float32)\n',
  after: '\nprint(json.dumps({"pca": pca_features.tolist(), "labels": labels}))\n',
};
const node = {
  before: 'const features = JSON.parse(readFileSync("features.json", "utf8"));\n',
  after: "\nprocess.stdout.write(JSON.stringify(pcaFeatures));\n",
};

describe("README.md of a model", () => {
  let result = "";
  let rows: TableRow[] = [];
  let labels: string[] = [];

  beforeAll(async () => {
    const scratch = await makeScratch("bundle-readme");
    const photos = join(scratch, "photos");
    result = join(scratch, "result");
    await copyPhotos(photos, 60);
    await mustRun(runArguments(photos, result, "--components", "8"), { scratch });
    rows = await readTable(result);
    await writeFile(join(result, "features.json"), JSON.stringify(rows.map(({ features }) => Array.from(features))));
    const classified = await pomona(["classify", photos, "--model", result, "--weights", weights, "--json"], {
      scratch,
    });
    expect(classified.code, classified.stderr).toBe(0);
    const answers = JSON.parse(classified.stdout) as { path: string; verdicts: { centroid: { label: string } } }[];
    expect(answers.map(({ path }) => path)).toEqual(rows.map(({ path }) => path));
    labels = answers.map(({ verdicts }) => verdicts.centroid.label);
  });

  /** The only piece of code in a language. */
  function codeIn(language: string): string {
    const blocks = codeBlocks(join(result, "model/README.md"), language);
    expect(blocks).toHaveLength(1);
    return blocks[0].code;
  }

  function expectTable(pcaFeatures: readonly (readonly number[])[]): void {
    const differences = rows.flatMap((row, i) =>
      Array.from(row.pcaFeatures, (value, j) => Math.abs(value - pcaFeatures[i][j])),
    );
    expect(differences).toHaveLength(60 * 8);
    expect(Math.max(...differences)).toBeLessThan(1e-9);
  }

  it.skipIf(!pythonHas("numpy"))("projects in NumPy as the table says, and labels as `classify` does", () => {
    const program = `import os, sys\nos.chdir(sys.argv[1])\n${python.before}${codeIn("python")}${python.after}`;
    const made = runPython<{ pca: number[][]; labels: string[] }>(program, result);
    expectTable(made.pca);
    expect(made.labels).toEqual(labels);
    expect(new Set(labels).size).toBeGreaterThan(1);
  });

  it("projects in Node as the table says", async () => {
    await symlink(join(repository, "node_modules"), join(result, "node_modules"));
    await writeFile(join(result, "program.mjs"), `${node.before}${codeIn("js")}${node.after}`);
    const printed = execFileSync(process.execPath, ["program.mjs"], {
      cwd: result,
      encoding: "utf8",
      maxBuffer: 1 << 26,
    });
    expectTable(JSON.parse(printed));
  });

  it.skipIf(!pythonHas("polars", "pyarrow"))("names readers of the reference rows that read them", () => {
    const program = `
import json, os, sys
import polars, pyarrow.feather
os.chdir(sys.argv[1])
rows = polars.read_ipc("model/reference.arrow").to_dicts()
assert pyarrow.feather.read_table("model/reference.arrow").to_pylist() == rows
print(json.dumps(rows))`;
    const found = runPython<{ path: string; label: string; pcaFeatures: number[] }[]>(program, result);
    expect(found.map(({ path, label }) => ({ path, label }))).toEqual(rows.map(({ path, label }) => ({ path, label })));
    expectTable(found.map(({ pcaFeatures }) => pcaFeatures));
  });
});
