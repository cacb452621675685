import { copyFile, mkdir, rm, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { copyPhotos } from "../support/copy-photos.ts";
import { photosFolder, weights } from "../support/places.ts";
import { pomona } from "../support/pomona.ts";
import { pythonHas, runPython } from "../support/python.ts";
import { readParts, readTable } from "../support/read-table.ts";
import { makeScratch } from "../support/scratch.ts";

/** What `classify --json` prints of an image. */
interface Classified {
  readonly path: string;
  readonly label: string;
  readonly confidence: number;
  readonly truth: string;
  readonly verdicts: Readonly<Record<string, { readonly label: string }>>;
  readonly neighbors: readonly { readonly path: string; readonly label: string; readonly distance: number }[];
}

const options = ["--weights", weights, "--json"];

let scratch: string;
const at = (...names: readonly string[]): string => join(scratch, ...names);
const run = (...args: readonly string[]) => pomona([...args, ...options], { scratch });

describe.skipIf(photosFolder === undefined)("a model applied to other photos", () => {
  beforeAll(async () => {
    scratch = await makeScratch("model");
    const trained = await run("run", photosFolder ?? "", "--out", at("r0"), "--glob", "**/r0*", "--components", "10");
    expect(trained.code, trained.stderr).toBe(0);
  });

  const program = `
import json, sys
import numpy as np
from sklearn.neighbors import KNeighborsClassifier
given = json.load(open(sys.argv[1]))
knn = KNeighborsClassifier(n_neighbors=5, algorithm="brute").fit(np.array(given["rows"]), np.array(given["labels"]))
distances, _ = knn.kneighbors(np.array(given["queries"]), n_neighbors=6)
print(json.dumps({"labels": knn.predict(np.array(given["queries"])).tolist(), "ties": (distances[:, 5] - distances[:, 4] < 1e-9).tolist()}))
`;

  test.skipIf(!pythonHas("sklearn"))("trained on r0, kNN says of r1 what scikit-learn says", async () => {
    const { stdout, stderr, code } = await run(
      "classify",
      photosFolder ?? "",
      "--glob",
      "**/r1*",
      "--model",
      at("r0"),
      "--evaluate",
    );
    expect(code, stderr).toBe(0);
    const answers = JSON.parse(stdout) as Classified[];
    const all = await run("transform", photosFolder ?? "", "--glob", "**/r1*", "--model", at("r0"), "--out", at("r1"));
    expect(all.code, all.stderr).toBe(0);
    const [reference, queries] = [await readTable(at("r0")), await readTable(at("r1"))];
    expect(answers.map(({ path }) => path)).toEqual(queries.map(({ path }) => path));
    const vectors = (rows: typeof reference) => rows.map(({ pcaFeatures }) => Array.from(pcaFeatures));
    const labels = reference.map(({ label }) => label);
    await writeFile(at("given.json"), JSON.stringify({ rows: vectors(reference), labels, queries: vectors(queries) }));
    const sklearn = runPython<{ labels: string[]; ties: boolean[] }>(program, at("given.json"));
    const different = answers.filter(({ verdicts }, i) => verdicts.knn.label !== sklearn.labels[i] && !sklearn.ties[i]);
    expect(different).toEqual([]);
    for (const name of ["knn", "centroid", "logistic"]) {
      const correct = answers.filter(({ verdicts, truth }) => verdicts[name].label === truth).length;
      expect(stderr).toContain(
        `accuracy of ${name}: ${(correct / answers.length).toFixed(4)} (${correct} of ${answers.length})`,
      );
    }
  });

  test("transform of the training photos gives the same table, byte for byte", async () => {
    const again = await run(
      "transform",
      photosFolder ?? "",
      "--glob",
      "**/r0*",
      "--model",
      at("r0"),
      "--out",
      at("again"),
    );
    expect(again.code, again.stderr).toBe(0);
    expect(await readParts(at("again"))).toEqual(await readParts(at("r0")));
    const validated = await pomona(["validate", at("again"), "--json"], { scratch });
    expect(validated.json).toMatchObject({ ok: true });
  });

  test("features made in another way are refused, naming the part", async () => {
    const vips = await run(
      "transform",
      photosFolder ?? "",
      "--model",
      at("r0"),
      "--out",
      at("no"),
      "--resampler",
      "vips",
    );
    expect([vips.code, vips.json.error?.code]).toEqual([2, "fingerprint-mismatch"]);
    expect(vips.json.error?.message).toContain("resample: pillow-bicubic-1, here vips-cubic-1");
    const random = await pomona(
      ["transform", photosFolder ?? "", "--model", at("r0"), "--out", at("no"), "--weights", "untrained", "--json"],
      { scratch },
    );
    expect(random.json.error?.message).toContain("weights: ");
  });
});

describe("an update", () => {
  test("after adding 30, changing 5 and deleting 10 equals a full run, and decodes exactly 35", async () => {
    scratch = await makeScratch("update");
    const keys = (await copyPhotos(at("all"), 80)).sort();
    const place = async (key: string, from: string, second: number) => {
      await mkdir(dirname(at("in", key)), { recursive: true });
      await copyFile(at("all", from), at("in", key));
      await utimes(at("in", key), second, second);
    };
    for (const key of keys.slice(0, 45)) await place(key, key, 1_000_000_000);
    const before = await run("run", at("in"), "--out", at("before"), "--components", "3");
    expect(before.code, before.stderr).toBe(0);

    for (const key of keys.slice(45, 75)) await place(key, key, 1_000_000_000);
    for (const [i, key] of keys.slice(0, 5).entries()) await place(key, keys[75 + i], 1_100_000_000);
    for (const key of keys.slice(5, 15)) await rm(at("in", key));
    const updated = await run("update", at("in"), "--from", at("before"), "--out", at("after"));
    expect(updated.code, updated.stderr).toBe(0);
    expect(updated.json).toMatchObject({ images: 65, featurized: 65, decodedImages: 35, update: { reused: 30 } });

    const full = await run("run", at("in"), "--out", at("full"), "--components", "3");
    expect(full.code, full.stderr).toBe(0);
    expect(await readParts(at("after"))).toEqual(await readParts(at("full")));
    const validated = await pomona(["validate", at("after"), "--json"], { scratch });
    expect(validated.json).toMatchObject({ ok: true });
  });
});
