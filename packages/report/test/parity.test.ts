import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { untrainedSource } from "@pomona/vision";
import { beforeAll, describe, expect, test } from "vitest";
import { formatParity } from "../src/format-parity.ts";
import { parity } from "../src/parity.ts";
import type { ParityReport } from "../src/parity-report.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const photos = here("../../../../shared/data/fruits/Test");
const weights = here("../../../../shared/models/mobilenet_v2_1.0_224.h5");
const oddFiles = here("../../../test/fixtures/odd");

describe("without photos and weights", () => {
  let report: ParityReport;
  beforeAll(async () => {
    report = await parity({ oddFiles, weights: untrainedSource });
  });

  test("images, statistics and ml-pca agree", () => {
    expect(report.lines.filter(({ ok }) => !ok)).toEqual([]);
    expect(report.ok).toBe(true);
    expect([...new Set(report.lines.map(({ stage }) => stage))]).toEqual([
      "decode",
      "resample",
      "statistics",
      "ml-pca",
    ]);
    expect(report.lines.filter(({ stage }) => stage === "resample").map(({ what }) => what)).toEqual([
      "synthetic, bicubic",
      "synthetic, bilinear",
      "synthetic, lanczos",
      "synthetic, nearest",
    ]);
  });

  test("what was not compared is said", () => {
    expect(report.skipped).toEqual([
      { what: "photos", why: "no folder of photos was given" },
      { what: "features", why: "a random network has no reference" },
    ]);
    expect(formatParity(report)).toContain("photos: no folder of photos was given");
  });
});

test.skipIf(!existsSync(photos) || !existsSync(weights))(
  "decoded and resized photos are Pillow's, features Keras' (needs ../shared)",
  async () => {
    const report = await parity({ photos, weights, engines: ["onnxruntime", "tfjs-node-gpu"] });
    expect(report.lines.filter(({ ok }) => !ok)).toEqual([]);
    const features = report.lines.filter(({ stage }) => stage === "features");
    expect(features.map(({ what }) => what)).toEqual(["onnxruntime, noise", "onnxruntime, photos"]);
    expect(report.lines.find(({ stage }) => stage === "decode")?.detail).toBe("20 images, byte for byte");
    expect(report.skipped.map(({ what }) => what)).toEqual(["features of tfjs-node-gpu"]);
  },
);

test("a folder that isn't there is an error", async () => {
  await expect(parity({ photos: here("nowhere") })).rejects.toThrow("nowhere");
});
