import { expect, test } from "vitest";
import { fitScaler } from "../src/scaler.ts";
import { scalerFromJson, scalerToJson } from "../src/scaler-json.ts";
import { momentsOf } from "./moments-of.ts";
import { uniform } from "./random-matrix.ts";

test("a scaler comes back from text to the bit", async () => {
  const rows = Float32Array.from(uniform(80), (x, at) => (at % 4 === 2 ? 1 : x / 3));
  const scaler = fitScaler(await momentsOf(rows, 4));
  expect(scalerFromJson(JSON.parse(JSON.stringify(scalerToJson(scaler))))).toEqual(scaler);
});

test("anything else is refused", () => {
  const good = { name: "pomona.scaler", version: 1, count: 2, mean: [0], std: [1], constantColumns: [] };
  expect(scalerFromJson(good).count).toBe(2);
  expect(() => scalerFromJson({ ...good, version: 2 })).toThrow(
    "expected pomona.scaler version 1, got pomona.scaler version 2",
  );
  expect(() => scalerFromJson({ ...good, std: [1, 2] })).toThrow("of another length");
  expect(() => scalerFromJson(null)).toThrow("got undefined");
});
