import { PCA } from "ml-pca";
import { expect, test } from "vitest";
import { pcaFromMlPcaJson, pcaToMlPcaJson } from "../src/ml-pca-json.ts";
import { fitPca } from "../src/pca.ts";
import { projectRows } from "../src/project-rows.ts";
import { reproducibleMatrix } from "../src/reproducible-matrix.ts";
import { fitScaler, scaleRows } from "../src/scaler.ts";
import { momentsOf } from "./moments-of.ts";
import { largestDifference } from "./random-matrix.ts";

const N = 30;
const D = 12;
const rows = reproducibleMatrix({ rows: N, columns: D, factors: 3, noise: 200, seed: 9, constantColumns: [5] });
const moments = await momentsOf(rows, D);
const scaled = scaleRows(fitScaler(moments), rows);
const pca = fitPca({ moments, components: 4 });
const text = JSON.stringify(pcaToMlPcaJson(pca));

test("ml-pca loads it, projects the same and explains the same", () => {
  const loaded = PCA.load(JSON.parse(text));
  const input = Array.from({ length: N }, (_, i) => Array.from(scaled.subarray(i * D, (i + 1) * D)));
  expect(largestDifference(loaded.predict(input).to1DArray(), projectRows(pca, scaled))).toBeLessThan(1e-12);
  const one = projectRows({ ...pca, k: 1, components: pca.components.slice(0, D) }, scaled);
  expect(largestDifference(loaded.predict(input, { nComponents: 1 }).to1DArray(), one)).toBeLessThan(1e-12);
  expect(largestDifference(loaded.getExplainedVariance().slice(0, 4), pca.explainedVarianceRatio)).toBeLessThan(1e-12);
});

test("it comes back from text to the bit", () => {
  expect(pcaFromMlPcaJson(JSON.parse(text))).toEqual(pca);
  // What ml-pca saves again is still its own model, but no longer ours.
  expect(PCA.load(JSON.parse(text)).toJSON()).not.toHaveProperty("pomona");
});

test("anything else is refused", () => {
  const json = JSON.parse(text);
  expect(() => pcaFromMlPcaJson(null)).toThrow("expected a PCA of pomona version 1");
  expect(() => pcaFromMlPcaJson({ ...json, name: "KMeans" })).toThrow("got KMeans");
  expect(() => pcaFromMlPcaJson({ ...json, pomona: { ...json.pomona, version: 2 } })).toThrow("got PCA 2");
  expect(() => pcaFromMlPcaJson({ ...json, center: true })).toThrow("center and scale must be false");
  expect(() => pcaFromMlPcaJson({ ...json, U: [[1, 2]] })).toThrow("U must have");
});
