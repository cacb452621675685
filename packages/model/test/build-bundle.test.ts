import { classifyByNeighbours, fitCentroids } from "@pomona/stats";
import { MemoryStore } from "@pomona/store";
import { describe, expect, test } from "vitest";
import { buildBundle } from "../src/build-bundle.ts";
import { judgeFeatures } from "../src/classify-features.ts";
import { decodeBundle, readBundle, refuseOtherFingerprint } from "../src/read-bundle.ts";
import { makeTable } from "./made-table.ts";

const table = await makeTable();
const files = await buildBundle(table);
const bundle = decodeBundle(files, "here/");
const d = table.pca.dimension;
const row = (i: number) => table.features.slice(i * d, (i + 1) * d);

describe("a bundle", () => {
  test("comes back as it was, to the bit", () => {
    expect(bundle.classes).toEqual(["apple", "fig", "pear"]);
    expect(bundle.reference).toMatchObject({ paths: table.paths, labels: table.labelOf, of: 60, components: 3 });
    expect(bundle.reference.pcaFeatures).toEqual(table.pcaFeatures);
    expect(bundle.scaler).toEqual(table.scaler);
    expect(bundle.pca.components).toEqual(table.pca.components);
    const labels = table.labelOf.map((label) => bundle.classes.indexOf(label));
    const centroids = fitCentroids({ rows: table.pcaFeatures, dimension: 3, labels, classes: 3 });
    expect(bundle.centroids).toEqual(centroids);
    expect(bundle.fingerprint).toEqual(table.fingerprint);
  });

  test("has the same bytes however the table is cut, and whenever it is made", async () => {
    const again = await buildBundle(await makeTable({ parts: 5 }));
    expect([...again.keys()]).toEqual([...files.keys()]);
    for (const [name, bytes] of files) expect(Buffer.compare(again.get(name) ?? Buffer.alloc(0), bytes), name).toBe(0);
    expect([...files.keys()].at(-1)).toBe("bundle.json");
  });

  test("compares all classifiers with folds that part no series, and chooses the most accurate", () => {
    const { rows, folds, labelsBySeries, best, results } = bundle.comparison;
    expect({ rows, folds, labelsBySeries }).toEqual({ rows: 60, folds: 2, labelsBySeries: 3 });
    const accuracies = Object.values(results).map(({ accuracy }) => accuracy);
    expect(accuracies.length).toBe(3);
    expect(results[best]?.accuracy).toBe(Math.max(...accuracies));
    for (const { confusion, correct } of Object.values(results)) {
      expect(confusion.reduce((sum, [, , n]) => sum + n, 0)).toBe(60);
      expect(confusion.reduce((sum, [is, taken, n]) => sum + (is === taken ? n : 0), 0)).toBe(correct);
    }
  });

  test("without two images of a label nothing is compared, and that is said", async () => {
    const lonely = decodeBundle(await buildBundle(await makeTable({ each: 1 })), "here/");
    expect(lonely.comparison).toMatchObject({ best: "knn", skipped: "no label has two images", results: {} });
    expect(judgeFeatures(lonely, row(0)).neighbors.length).toBe(3);
  });
});

describe("judging an image", () => {
  test("a row of the table is its own nearest neighbour and gets the table's pcaFeatures", () => {
    for (const i of [0, 25, 59]) {
      const { neighbors, pcaFeatures } = judgeFeatures(bundle, row(i));
      expect(neighbors[0]).toEqual({ path: table.paths[i], label: table.labelOf[i], distance: 0 });
      expect(pcaFeatures).toEqual(table.pcaFeatures.slice(i * 3, (i + 1) * 3));
    }
  });

  test("every classifier says what its function says; the chosen one decides", () => {
    const labels = table.labelOf.map((label) => bundle.classes.indexOf(label));
    const reference = { rows: table.pcaFeatures, dimension: 3, labels, classes: 3 };
    for (let i = 0; i < 60; i++) {
      const judged = judgeFeatures(bundle, row(i), { classifier: "knn", neighbors: 7 });
      const knn = classifyByNeighbours({ reference, queries: judged.pcaFeatures });
      expect(judged.label).toBe(bundle.classes[knn.labels[0]]);
      expect(judged.confidence).toBe(Math.max(...knn.probabilities));
      expect(judged.neighbors.length).toBe(7);
    }
    const { verdicts, label, classifier } = judgeFeatures(bundle, row(3));
    expect(classifier).toBe(bundle.comparison.best);
    expect(label).toBe(verdicts[classifier]?.label);
    expect(Object.keys(verdicts)).toEqual(["knn", "centroid", "logistic"]);
  });
});

describe("reading a bundle", () => {
  const stored = async () => {
    const store = new MemoryStore();
    for (const [name, bytes] of files) await store.put(`model/${name}`, bytes);
    return store;
  };

  test("of a store gives the same; where there is none it is undefined", async () => {
    const store = await stored();
    expect((await readBundle(store, "model/"))?.comparison).toEqual(bundle.comparison);
    expect(await readBundle(store, "")).toBeUndefined();
  });

  test("refuses a file that is missing or not the one that was written, naming it", async () => {
    const store = await stored();
    await store.put("model/logistic.json", Buffer.from("{}"));
    await expect(readBundle(store, "model/")).rejects.toThrow("logistic.json is unusable: it is not the file");
    await store.delete(["model/logistic.json"]);
    await expect(readBundle(store, "model/")).rejects.toThrow("logistic.json is unusable: it is missing");
    await store.put("model/bundle.json", Buffer.from("{}"));
    await expect(readBundle(store, "model/")).rejects.toThrow("bundle.json is no model");
  });

  test("another fingerprint is refused, naming the part", () => {
    expect(() => refuseOtherFingerprint("here/", ["weights: 1, here 2"])).toThrow("weights: 1, here 2");
    expect(() => refuseOtherFingerprint("here/", [])).not.toThrow();
  });
});
