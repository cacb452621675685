import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { format1, optionsOfFormat1, photosOfFormat1 } from "../fixtures/make-format-1.ts";
import { mustRun, pomona } from "../support/pomona.ts";
import { readTable } from "../support/read-table.ts";
import { makeScratch } from "../support/scratch.ts";

describe("a finished result of the first format", () => {
  let scratch = "";
  let out = "";

  beforeAll(async () => {
    scratch = await makeScratch("format-1");
    out = join(scratch, "result");
    await cp(join(format1, "result"), out, { recursive: true });
    await cp(join(format1, "photos"), photosOfFormat1, { recursive: true });
  });
  afterAll(() => rm(photosOfFormat1, { recursive: true, force: true }));

  it("is valid", async () => {
    const { code, json } = await pomona(["validate", out, "--json"], { scratch });
    expect([code, json]).toMatchObject([0, { ok: true, pcaShape: [2] }]);
  });

  it("gets a report, and is the same as itself", async () => {
    await mustRun(["report", out, "--json"], { scratch });
    const { code, json } = await pomona(["compare", join(format1, "result"), out, "--json"], { scratch });
    expect([code, json]).toMatchObject([0, { same: true, features: { largest: 0 }, pcaFeatures: { largest: 0 } }]);
  });

  it("transforms its own photos to its own table", async () => {
    const transformed = join(scratch, "transformed");
    const options = ["--model", out, "--out", transformed, "--json", "--plain"];
    await mustRun(["transform", photosOfFormat1, ...options], { scratch });
    expect(await pomona(["validate", transformed, "--json"], { scratch })).toMatchObject({ code: 0 });
    const { code, json } = await pomona(["compare", out, transformed, "--json"], { scratch });
    expect([code, json]).toMatchObject([0, { same: true, rows: { both: 24 }, features: { largest: 0 } }]);
    expect(json).toMatchObject({ pcaFeatures: { largest: 0 } });
  });

  it("is refitted without decoding anything, and its first components stay", async () => {
    const before = await readTable(out);
    const options = [...optionsOfFormat1, "--components", "3", "--refit", "--json", "--plain"];
    const { json } = await mustRun(["run", photosOfFormat1, "--out", out, ...options], { scratch });
    expect(json).toMatchObject({ components: 3, decodedImages: 0, resumedImages: 24 });
    expect(await pomona(["validate", out, "--json"], { scratch })).toMatchObject({ code: 0 });
    const after = await readTable(out);
    const largest = before.flatMap(({ pcaFeatures: [x, y] }, i) => {
      const [a, b] = after[i].pcaFeatures;
      return [Math.abs(x - a), Math.abs(y - b)];
    });
    expect(Math.max(...largest)).toBeLessThan(1e-9);
  });
});
