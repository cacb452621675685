import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { copyPhotos } from "../support/copy-photos.ts";
import { mustRun, pomona, runArguments } from "../support/pomona.ts";
import { readTable, type TableRow } from "../support/read-table.ts";
import { makeScratch } from "../support/scratch.ts";

interface Model {
  readonly explainedVariance: readonly number[];
}

describe("a run with tfjs-node", () => {
  let scratch: string;
  let input: string;
  const rows = new Map<string, TableRow[]>();
  const rates = new Map<string, number>();

  async function runWith(engine: string, name: string, ...more: readonly string[]): Promise<string> {
    const out = join(scratch, name);
    const { json } = await mustRun(runArguments(input, out, "--engine", engine, ...more), { scratch });
    rates.set(name, json.imagesPerSecond as number);
    rows.set(name, await readTable(out));
    return out;
  }

  beforeAll(async () => {
    scratch = await makeScratch("tfjs");
    input = join(scratch, "input");
    await copyPhotos(input, 300);
    await runWith("onnxruntime", "onnxruntime");
    await runWith("tfjs-node", "tfjs-node");
  });

  it("makes the table that onnxruntime makes, within 1e-4", async () => {
    const [table, expected] = [rows.get("tfjs-node")!, rows.get("onnxruntime")!];
    expect(table.map(({ path, label }) => [path, label])).toEqual(expected.map(({ path, label }) => [path, label]));
    expect(largestDifference(table, expected, "features")).toBeLessThan(1e-4);
    // Divided by standard deviations, some of them tiny: docs/engines.md.
    expect(largestDifference(table, expected, "scaledFeatures")).toBeLessThan(2e-3);
    expect(largestDifference(table, expected, "pcaFeatures")).toBeLessThan(1e-4);
  });

  it("explains the same variance, within 1e-6", async () => {
    const [model, expected] = await Promise.all([readModel("tfjs-node"), readModel("onnxruntime")]);
    for (const [k, share] of expected.explainedVariance.entries()) {
      expect(Math.abs(model.explainedVariance[k] - share)).toBeLessThan(1e-6);
    }
  });

  it("featurizes at 0.45 of onnxruntime's rate or more", () => {
    const [rate, expected] = [rates.get("tfjs-node")!, rates.get("onnxruntime")!];
    console.log(`pomona run: onnxruntime ${expected.toFixed(0)}, tfjs-node ${rate.toFixed(0)} images/s`);
    expect(rate).toBeGreaterThanOrEqual(0.45 * expected);
  });

  it("makes a table that validates, with tfjs-node in its fingerprint", async () => {
    const { code, json } = await pomona(["validate", join(scratch, "tfjs-node"), "--json"], { scratch });
    expect([code, json]).toMatchObject([0, { ok: true }]);
    const success = JSON.parse(await readFile(join(scratch, "tfjs-node", "_SUCCESS"), "utf8"));
    expect(success.fingerprint).toMatchObject({ engine: "tfjs-node", precision: "float32" });
  });

  it("makes the same bytes again with other batches", async () => {
    const again = await runWith("tfjs-node", "again", "--infer-batch", "7", "--workers", "1");
    const table = (out: string) => readFile(join(out, "parquet", "part-00000.parquet"));
    const [first, second] = await Promise.all([table(join(scratch, "tfjs-node")), table(again)]);
    expect(sha256(second)).toBe(sha256(first));
  });

  async function readModel(out: string): Promise<Model> {
    return (JSON.parse(await readFile(join(scratch, out, "_SUCCESS"), "utf8")) as { model: Model }).model;
  }
});

function largestDifference(
  table: readonly TableRow[],
  expected: readonly TableRow[],
  column: "features" | "scaledFeatures" | "pcaFeatures",
): number {
  let largest = 0;
  for (const [i, row] of table.entries()) {
    for (const [j, value] of row[column].entries()) {
      largest = Math.max(largest, Math.abs(value - expected[i][column][j]));
    }
  }
  return largest;
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
