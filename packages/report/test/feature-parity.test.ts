import { pixelLength, untrainedWeights } from "@pomona/vision";
import { expect, test } from "vitest";
import { compareFeatures } from "../src/feature-parity.ts";
import { readGoldens } from "../src/goldens.ts";

test("another network's features fail, and the other weights are said", async () => {
  const { features } = await readGoldens();
  const pixels = new Map([[features.photos[0].path, new Uint8Array(pixelLength)]]);
  const options = { weights: untrainedWeights(), goldens: features, pixels };
  const { lines, skipped } = await compareFeatures({ ...options, engines: ["onnxruntime", "tfjs-node-gpu"] });
  expect(lines.map(({ what, ok }) => [what, ok])).toEqual([
    ["onnxruntime, noise", false],
    ["onnxruntime, photos", false],
  ]);
  expect(lines[1].detail).toBe("1 photos; another weights file than Keras had");
  expect(skipped).toHaveLength(1);
});

test("features of another length are no match", async () => {
  const { features } = await readGoldens();
  const goldens = { ...features, synthetic: { ...features.synthetic, features: "AAAAAA==" } };
  const options = { weights: untrainedWeights(), goldens, pixels: new Map() };
  const { lines } = await compareFeatures({ ...options, engines: ["onnxruntime"] });
  expect(lines).toMatchObject([{ difference: Number.POSITIVE_INFINITY, ok: false }]);
});
