import { expect, test } from "vitest";
import { formatValidation } from "../src/format-validation.ts";
import type { Validation } from "../src/validation.ts";

const validation: Validation = {
  out: "file:///r/",
  run: "r1",
  ok: true,
  checks: [
    { name: "books", ok: true, detail: "3 listed" },
    { name: "rows", ok: true, detail: "3 rows" },
  ],
  columns: [{ name: "path", type: "string" }],
  head: [{ path: "p", label: "l", features: [1, 2], scaledFeatures: [-1], pcaFeatures: [0.5, 1] }],
  pcaShape: [2],
  explainedVariance: [0.11351862, 0.06580965],
  untrained: false,
};

test("shows columns, head, shape, ratio and checks as the notebook's last cells", () => {
  expect(formatValidation(validation)).toBe(`file:///r/ (run r1)

columns
  path             string

head(1)
  p  l
    features [  1.0000   2.0000 …]  scaledFeatures [ -1.0000 …]  pcaFeatures [  0.5000   1.0000]

shape of the first pcaFeatures: (2,)
explained variance ratio: [0.11351862, 0.065809650]

  ok    books  3 listed
  ok    rows   3 rows

valid: all 2 checks passed
`);
});

test("a failed check cannot be overlooked, nor can untrained weights", () => {
  const checks = [{ name: "books", ok: false, detail: "1 missing" }, ...validation.checks.slice(1)];
  const text = formatValidation({ ...validation, ok: false, untrained: true, checks });
  expect(text).toContain("  FAIL  books  1 missing");
  expect(text).toContain("NOT valid: 1 of 2 checks failed");
  expect(text).toContain("UNTRAINED WEIGHTS");
});
