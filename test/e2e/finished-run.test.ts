import { cp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { drawPhotos } from "../fixtures/drawn-photos.ts";
import { runCases } from "../fixtures/hostile-table.ts";
import { drawnRuns } from "../support/drawn-runs.ts";
import { failureOf } from "../support/failure-of.ts";
import { pomona, runArguments } from "../support/pomona.ts";
import { partNames, queryTable, quoted, readParts, readTable } from "../support/read-table.ts";

const { count, drawings, newFolder, newOut, run, scratch, succeed } = await drawnRuns("finished-run");

describe("a finished run", () => {
  let input: string;
  let out: string;

  beforeAll(async () => {
    input = await newFolder("finished");
    await drawPhotos(input, { count });
    out = newOut();
    await succeed(input, out);
  });

  it("is not done again, and says when its input was listed", async () => {
    const before = await readParts(out);
    const { json, seconds } = await succeed(input, out);
    expect(json).toMatchObject({ decodedImages: 0, outcome: "finished", listedAt: expect.stringMatching(/^20\d\d-/) });
    console.log(`a finished run is told in ${seconds.toFixed(2)} s`);
    const words = await pomona(["run", input, "--out", out, ...weightsOnly(), "--plain"], { scratch });
    expect(words.stdout + words.stderr).toMatch(/listed/);
    expect(await readParts(out)).toEqual(before);
  });

  it("shows with --check-input what is new, changed and gone", async () => {
    const changed = await newFolder("finished");
    await cp(join(drawings, "fruit_0/00000.jpg"), join(changed, "fruit_9/new.jpg"));
    await rm(join(changed, "fruit_2/00002.jpg"));
    await cp(join(drawings, "fruit_1/00004.jpg"), join(changed, "fruit_1/00001.jpg"));
    const check = await run(changed, out, "--check-input");
    expect(check).toMatchObject({
      code: 0,
      json: {
        new: { count: 1, examples: ["fruit_9/new.jpg"] },
        changed: { count: 1, examples: ["fruit_1/00001.jpg"] },
        gone: { count: 1, examples: ["fruit_2/00002.jpg"] },
      },
    });
    expect((await succeed(changed, out)).json).toMatchObject({ images: count, decodedImages: 0 });
  });

  it("refuses other options of the features, naming them", async () => {
    expect(await run(input, out, "--batch-size", "7")).toMatchObject(failureOf(runCases.featuresDiffer));
  });

  it("refuses other options of the model, naming --refit, which makes them without decoding", async () => {
    const refused = await run(input, out, "--components", "3");
    expect(refused).toMatchObject(failureOf(runCases.modelDiffers));
    expect(refused.json.error?.remedy).toContain("--refit");
    const before = await readTable(out);
    const { json } = await succeed(input, out, "--components", "3", "--refit");
    expect(json).toMatchObject({ components: 3, decodedImages: 0, generation: 2 });
    const after = await readTable(out);
    expect(after.map(({ features }) => features)).toEqual(before.map(({ features }) => features));
    for (const [i, { pcaFeatures }] of after.entries()) {
      expect(pcaFeatures).toHaveLength(3);
      for (let k = 0; k < 2; k++) expect(pcaFeatures[k]).toBeCloseTo(before[i].pcaFeatures[k], 9);
    }
  });

  it("refits to another number of parts and other columns", async () => {
    const more = [
      "--components",
      "3",
      "--partitions",
      "3",
      "--columns",
      "length,modificationTime",
      "--batch-size",
      "4",
    ];
    const folder = newOut();
    await succeed(drawings, folder, "--batch-size", "4");
    expect(await partNames(folder)).toHaveLength(1);
    await succeed(drawings, folder, ...more, "--refit");
    expect(await partNames(folder)).toEqual(["part-00000.parquet", "part-00001.parquet", "part-00002.parquet"]);
    const rows = await queryTable(
      `SELECT count(*), min(length), max(typeof(modificationTime)) FROM ${quoted(`${folder}/parquet/*.parquet`)}`,
    );
    expect(rows[0][0]).toBe(BigInt(count));
    expect(Number(rows[0][1])).toBeGreaterThan(100);
    expect(rows[0][2]).toMatch(/^TIMESTAMP/);
    await succeed(drawings, folder, "--batch-size", "4", "--refit");
    expect(await partNames(folder)).toEqual(["part-00000.parquet"]);
  });

  it("writes another CSV from the table it has", async () => {
    const folder = newOut();
    await succeed(drawings, folder, "--csv", "none");
    await expect(readFile(join(folder, "result.csv"))).rejects.toThrow("ENOENT");
    const before = await readParts(folder);
    for (const [flavour, columns] of [
      ["full", ["path", "label", "features", "scaledFeatures", "pcaFeatures"]],
      ["compact", ["path", "label", "pca_1", "pca_2"]],
    ] as const) {
      expect((await succeed(drawings, folder, "--csv", flavour)).json).toMatchObject({ decodedImages: 0 });
      const csv = `read_csv(${quoted(join(folder, "result.csv"))}, header = true)`;
      const described = await queryTable(`DESCRIBE SELECT * FROM ${csv}`);
      expect(described.map(([name]) => name)).toEqual(columns);
      expect(await queryTable(`SELECT path, label FROM ${csv}`)).toEqual(
        (await readTable(folder)).map(({ path, label }) => [path, label]),
      );
    }
    expect(await readParts(folder)).toEqual(before);
  });

  it("keeps as many components as explain the share asked for", async () => {
    const { json } = await succeed(drawings, newOut(), "--variance", "0.8");
    const shares = json.explainedVariance as number[];
    const sum = shares.reduce((a, b) => a + b, 0);
    expect(sum).toBeGreaterThanOrEqual(0.8);
    expect(sum - shares[shares.length - 1]).toBeLessThan(0.8);
  });
});

function weightsOnly(): string[] {
  const args = runArguments("", "");
  return args.slice(args.indexOf("--weights"), args.indexOf("--weights") + 2);
}
