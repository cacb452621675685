import { describe, expect, it } from "vitest";
import { describeSummary } from "../src/describe-summary.ts";
import type { RunSummary } from "../src/run-summary.ts";

const summary: RunSummary = {
  run: "20260101-000000-abcdef",
  outcome: "done",
  out: "file:///result/",
  images: 1200,
  featurized: 1199,
  quarantined: 1,
  quarantinedByReason: { truncated: 1 },
  labels: 3,
  components: 2,
  explainedVariance: [0.5, 0.25],
  seconds: 65,
  imagesPerSecond: 80.04,
  decodedImages: 1000,
  resumedImages: 200,
  firstImageSeconds: 1,
  generation: 1,
  listedAt: "2026-01-01T00:00:00.000Z",
  untrained: false,
  warnings: [],
};

describe("describeSummary", () => {
  it("tells what was done", () => {
    expect(describeSummary(summary)).toBe(
      `${[
        "1,200 images with 3 labels: 1199 featurized, 1 quarantined",
        "  truncated: 1 (see quarantine.csv)",
        "2 components, explained variance ratio [0.50000000, 0.25000000]",
        "1000 decoded, 200 already stored, 80 images/s, 1 min 5 s in all",
        "Result: file:///result/",
      ].join("\n")}\n`,
    );
  });

  it("tells no rate where nothing was decoded, and which generation it is", () => {
    const text = describeSummary({ ...summary, decodedImages: 0, resumedImages: 1200, generation: 2 });
    expect(text).toContain("0 decoded, 1200 already stored, 1 min 5 s in all, generation 2\n");
  });

  it("says that nothing was to do, and since when", () => {
    const text = describeSummary({ ...summary, outcome: "finished" });
    expect(text).toMatch(/^Nothing to do: run 20260101-000000-abcdef .* listed at 2026-01-01T00:00:00.000Z\.$/m);
    expect(text).toContain("--check-input");
    expect(text).not.toContain("decoded");
  });

  it("warns of a random network first, and of the model's troubles", () => {
    const text = describeSummary({ ...summary, untrained: true, warnings: ["rank 1"] });
    expect(text).toMatch(/^WARNING: the network is random/);
    expect(text).toContain("Warning: rank 1\n");
  });

  it("shows ten shares at most", () => {
    const shares = Array.from({ length: 10 }, () => 0.1);
    expect(describeSummary({ ...summary, components: 10, explainedVariance: shares })).not.toContain("…");
    expect(describeSummary({ ...summary, components: 12, explainedVariance: [...shares, 0.1] })).toContain(
      "0.10000000, …]",
    );
  });
});
