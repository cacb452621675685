import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { smallNetwork, smallNetworkFeatures } from "../fixtures/small-network.ts";
import { copyPhotos } from "../support/copy-photos.ts";
import { mustRun, pomona } from "../support/pomona.ts";
import { queryTable, quoted } from "../support/read-table.ts";
import { makeScratch } from "../support/scratch.ts";

describe("a network of one's own, 96 × 96 pixels to 512 features", () => {
  let scratch: string;
  let out: string;
  let request: string[];

  beforeAll(async () => {
    scratch = await makeScratch("own-network");
    const input = join(scratch, "input");
    const model = join(scratch, "small.onnx");
    out = join(scratch, "out");
    await Promise.all([copyPhotos(input, 40), writeFile(model, smallNetwork())]);
    request = ["run", input, "--out", out, "--model", model, "--output", smallNetworkFeatures, "--json"];
    await mustRun([...request, "--components", "5", "--csv", "full"], { scratch });
  });

  it("goes through the whole pipeline to a table that validates", async () => {
    const { code, json } = await pomona(["validate", out, "--json"], { scratch });
    expect([code, json]).toMatchObject([0, { ok: true }]);
  });

  it("makes columns of 512", async () => {
    const file = quoted(join(out, "parquet", "part-00000.parquet"));
    const lengths = "SELECT DISTINCT len(features), len(scaledFeatures), len(pcaFeatures)";
    expect(await queryTable(`${lengths} FROM read_parquet(${file})`)).toEqual([[512n, 512n, 5n]]);
  });

  it("is in the fingerprint, with everything that decides about a feature", async () => {
    const { fingerprint, model } = JSON.parse(await readFile(join(out, "_SUCCESS"), "utf8"));
    expect(model.dimension).toBe(512);
    expect(fingerprint).toMatchObject({ network: "onnx features 96 nchw rgb imagenet", engine: "onnxruntime" });
    expect(fingerprint.weights).toMatch(/^[0-9a-f]{64}$/);
  });

  it("is refitted without the network, and refused with another normalisation", async () => {
    const refit = await mustRun([...request, "--components", "3", "--refit"], { scratch });
    expect(refit.json).toMatchObject({ components: 3, decodedImages: 0 });
    const other = await pomona([...request, "--components", "3", "--input-normalisation", "unit"], { scratch });
    expect([other.code, other.json.error?.code]).toEqual([2, "features-differ"]);
  });

  it.each([
    [["--output", "features"], "--output describes a network of your own, and none is given"],
    [["--model", "nowhere.onnx"], /nowhere\.onnx: no such network$/],
    [["--model", "small.onnx", "--output", "nonsense"], /computes no value named nonsense\. Its outputs: scores; /],
    [["--model", "input/README.md"], /onnxruntime can't load it/],
    [["--model", "x.onnx", "--weights", "untrained"], "--model and --weights exclude each other"],
    [["--model", "x.onnx", "--engine", "tfjs-wasm"], "--engine: tfjs-wasm can't evaluate a network of your own"],
  ])("refuses %j with exit code 2 and nothing written", async (flags, message) => {
    await writeFile(join(scratch, "input", "README.md"), "no network");
    const refused = join(scratch, "refused");
    const args = ["run", join(scratch, "input"), "--out", refused, "--json", ...flags];
    const { code, json } = await pomona(args, { scratch, cwd: scratch });
    expect(json.error?.message).toMatch(message);
    expect([code, existsSync(refused)]).toEqual([2, false]);
  });
});
