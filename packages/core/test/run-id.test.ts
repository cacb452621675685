import { expect, test } from "vitest";
import { isRunId, makeRunId } from "../src/run-id.ts";

test("a run id is the moment in UTC and six characters of base32", () => {
  const id = makeRunId(new Date("2026-03-04T05:06:07.890Z"), Uint8Array.of(0, 10, 31, 32, 255, 18));
  expect(id).toBe("20260304-050607-0az0zj");
  expect(isRunId(id)).toBe(true);
});

test("every byte makes a valid id", () => {
  for (let byte = 0; byte < 256; byte++)
    expect(isRunId(makeRunId(new Date(0), new Uint8Array(6).fill(byte)))).toBe(true);
});

test.each([
  "",
  "20260304-050607-0az0z",
  "20260304-050607-0az0zi",
  "20260304-050607-0AZ0ZJ",
  "../20260304-050607-0az0zj",
])("%j is no run id", (text) => {
  expect(isRunId(text)).toBe(false);
});
