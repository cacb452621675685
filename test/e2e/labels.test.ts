import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCases } from "../fixtures/hostile-table.ts";
import { drawnRuns } from "../support/drawn-runs.ts";
import { failureOf } from "../support/failure-of.ts";
import { queryTable, quoted, readTable } from "../support/read-table.ts";
import { readSuccess } from "../support/run-state.ts";

const { drawings, newOut, run, scratch, succeed } = await drawnRuns("labels");

describe("labels", () => {
  it("come from the path by --label-from, and each path must match", async () => {
    const out = newOut();
    await succeed(drawings, out, "--label-from", "_(?<label>\\d)/");
    expect((await readSuccess(out)).labels).toEqual({ "0": 4, "1": 4, "2": 4 });
    expect(await run(drawings, newOut(), "--label-from", "(?<label>fruit_0)/")).toMatchObject(
      failureOf(runCases.labelDoesNotMatch),
    );
    expect(await run(drawings, newOut(), "--label-from", "no group")).toMatchObject(failureOf(runCases.badOption));
  });

  it("come from a manifest, which is also the listing", async () => {
    const lines = [
      ["fruit_2/00011.jpg", "plum"],
      ["fruit_0/00000.jpg", "apple, red"],
      ["fruit_1/00001.jpg", "pear"],
      ["fruit_1/00004.jpg", "pear"],
    ];
    const csv = join(scratch, "list.csv");
    const parquet = join(scratch, "list.parquet");
    await writeFile(csv, `path,label\n${lines.map(([path, label]) => `${path},"${label}"`).join("\n")}\n`);
    await queryTable(`COPY (SELECT * FROM read_csv(${quoted(csv)})) TO ${quoted(parquet)} (FORMAT parquet)`);
    for (const manifest of [csv, parquet]) {
      const out = newOut();
      await succeed(drawings, out, "--manifest", manifest);
      const rows = (await readTable(out)).map(({ path, label }) => [path, label]);
      expect(rows).toEqual(lines.toSorted().map(([path, label]) => [`file://${drawings}/${path}`, label]));
    }
  });

  it("need a manifest with its two columns; what it names and is not there is quarantined", async () => {
    const bad = join(scratch, "bad.csv");
    await writeFile(bad, "file,class\na.jpg,b\n");
    expect(await run(drawings, newOut(), "--manifest", bad)).toMatchObject(failureOf(runCases.badManifest));
    const gone = join(scratch, "gone.csv");
    await writeFile(gone, "path,label\nfruit_0/00000.jpg,a\nfruit_0/00003.jpg,a\nfruit_1/00001.jpg,b\nnowhere.jpg,c\n");
    const { json } = await succeed(drawings, newOut(), "--manifest", gone);
    expect(json).toMatchObject({ images: 4, featurized: 3, quarantinedByReason: { missing: 1 } });
  });
});
