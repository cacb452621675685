import { expect, test } from "vitest";
import { encodeJson } from "../src/run-file.ts";
import { decodeSuccess, type Success } from "../src/success.ts";

const success: Success = {
  name: "pomona.success",
  version: 1,
  run: "r",
  generation: 1,
  input: "file:///data/",
  listedAt: "2026-01-01T12:00:00Z",
  finishedAt: "2026-01-01T12:00:01Z",
  books: { listed: 3, featurized: 2, quarantined: 1, missing: 0, duplicates: 0 },
  quarantinedByReason: { truncated: 1 },
  labels: { apple: 2 },
  parts: [{ key: "parquet/part-00000.parquet", rows: 2, bytes: 10, sha256: "aa" }],
  model: { dimension: 4, components: 1, explainedVariance: [0.5], constantColumns: 0, warnings: [] },
  csv: "compact",
  fingerprint: { engine: "onnxruntime" },
  untrained: false,
  seconds: { total: 1 },
  stages: {},
  versions: { pomona: "0.1.0" },
};

test("a _SUCCESS comes back as it was", () => {
  expect(decodeSuccess(encodeJson(success))).toEqual(success);
});

test("one of a later build that says more is still read", () => {
  expect(decodeSuccess(encodeJson({ ...success, colour: "red" }))).toMatchObject({ run: "r" });
});

test.each(["", "{", "null", "{}", JSON.stringify({ ...success, version: 2 })])("%j is not ours", (text) => {
  expect(decodeSuccess(Buffer.from(text))).toBeUndefined();
});
