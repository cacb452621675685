import { expect, test } from "vitest";
import { decodeSubmitRequest } from "../src/submit-request.ts";

const decode = (value: unknown) => decodeSubmitRequest(Buffer.from(JSON.stringify(value)));

test("a request names input and output, and options that are a run's own", () => {
  const request = { input: "s3://b/in", out: "s3://b/out" };
  expect(decode(request)).toEqual({ ...request, config: {}, overwrite: false, refit: false });
  const config = { components: 3, glob: "*.png", maxQuarantine: "5%", csv: "none" };
  expect(decode({ ...request, config }).config).toEqual(config);
});

test.each([
  "{",
  [],
  {},
  { input: "a" },
  { input: "", out: "b" },
  { input: "a", out: "b", owner: "me" },
  { input: "a", out: "b", config: { redis: "redis://h" } },
  { input: "a", out: "b", config: { s3KmsKey: "k" } },
  { input: "a", out: "b", config: { workers: 4 } },
  { input: "a", out: "b", overwrite: "yes" },
])("%j is no request", (value) => {
  expect(() => decode(value)).toThrow(expect.objectContaining({ code: "bad-request", exitCode: 2 }));
});
