import { expect, test } from "vitest";
import { PomonaError } from "../src/errors.ts";
import { resolveConfig } from "../src/resolve-config.ts";
import { decodeGenerationRequest, decodeRunFile, decodeRunRecord, encodeJson, protocol } from "../src/run-file.ts";

const { features, model } = resolveConfig({ flags: { limit: "10", variance: "95%", columns: "length" } });

const runFile = {
  name: "pomona.run",
  version: 1,
  protocol,
  run: "r",
  input: "file:///data/",
  features,
  pomona: "0.1.0",
  at: "2026-01-01T12:00:00Z",
};

test("what was asked comes back as it was decided", () => {
  expect(decodeRunFile(encodeJson(runFile), "k")).toEqual(JSON.parse(JSON.stringify(runFile)));
  const request = { name: "pomona.generation", version: 1, generation: 2, model };
  expect(decodeGenerationRequest(encodeJson(request), "k").model).toMatchObject({
    variance: 0.95,
    columns: ["length"],
  });
  const record = { name: "pomona.run-record", version: 1, run: "r", out: "file:///o/", submittedBy: "me", at: "now" };
  expect(decodeRunRecord(encodeJson(record), "k")).toEqual(record);
});

test("a file of another version or with an option that is not known here is refused by name", () => {
  for (const value of [{ ...runFile, version: 2 }, { ...runFile, features: { ...features, colour: "red" } }, null]) {
    const decode = () => decodeRunFile(encodeJson(value), "_run/r/run.json");
    expect(decode).toThrow(PomonaError);
    expect(decode).toThrow("_run/r/run.json is no run that this version reads");
  }
  expect(() => decodeRunFile(Buffer.from("{"), "k")).toThrow(PomonaError);
});

test("files are read by people too: indented, with a final newline", () => {
  expect(Buffer.from(encodeJson({ a: 1 })).toString()).toBe('{\n  "a": 1\n}\n');
});
