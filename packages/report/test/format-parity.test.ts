import { expect, test } from "vitest";
import { formatParity } from "../src/format-parity.ts";
import { parityLine } from "../src/parity-report.ts";

test("shows stage by stage what was compared, and every failure", () => {
  const lines = [
    parityLine({ stage: "decode", what: "photos", difference: 1, tolerance: 0, detail: "of 20: a.jpg" }),
    parityLine({ stage: "features", what: "onnxruntime", difference: 2e-5, tolerance: 1e-4, detail: "20 photos" }),
    parityLine({ stage: "features", what: "tfjs-wasm", difference: Number.NaN, tolerance: 1e-4, detail: "" }),
  ];
  const skipped = [{ what: "photos", why: "none given" }];
  expect(formatParity({ ok: false, lines, skipped, references: { keras: "3.15.1" } })).toBe(`compared with keras 3.15.1

decode
  FAIL  photos       1 differ          of 20: a.jpg

features
  ok    onnxruntime  2.0e-5 ≤ 0.0001   20 photos
  FAIL  tfjs-wasm    NaN > 0.0001

skipped
  photos: none given

NOT equal: 1 of 3 comparisons hold, 1 skipped
`);
});
