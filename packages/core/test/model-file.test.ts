import { expect, test } from "vitest";
import { PomonaError } from "../src/errors.ts";
import { decodeModel, encodeModel, type ModelFile } from "../src/model-file.ts";

const model: ModelFile = {
  generation: 1,
  count: 4,
  dimension: 3,
  components: 1,
  rank: 2,
  mean: Float64Array.of(0.1, -0, 5e-324),
  std: Float64Array.of(1 / 3, 0, Math.PI),
  constantColumns: [1],
  // A view into a larger buffer, as slices of a kernel's memory are.
  loadings: new Float64Array([9, 0.6, 0, 0.8, 9]).subarray(1, 4),
  eigenvalues: Float64Array.of(1.5, 0.5),
  explainedVariance: Float64Array.of(0.75),
  warnings: ["5 components asked for"],
};

test("a model comes back to the bit", () => {
  expect(decodeModel(encodeModel(model), "k")).toMatchObject({ ...model, loadings: Float64Array.of(0.6, 0, 0.8) });
});

test.each(["", "{}", '{"name":"pomona.model","version":2}'])("%j is refused by name", (text) => {
  const decode = () => decodeModel(Buffer.from(text), "g1/model.json");
  expect(decode).toThrow(PomonaError);
  expect(decode).toThrow("g1/model.json is no model");
});
