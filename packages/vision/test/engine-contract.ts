import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { featureLength, pixelLength } from "../src/architecture.ts";
import type { Engine, EngineOptions } from "../src/engine.ts";
import { loadWeights } from "../src/find-weights.ts";
import { untrainedSource } from "../src/untrained-weights.ts";
import { featureGoldens, goldenRow, photosFolder, weightsFile } from "./feature-goldens.ts";
import { goldenPhotoPixels } from "./golden-photo-pixels.ts";
import { referenceFeatures } from "./reference-network.ts";
import { syntheticPixels } from "./synthetic-pixels.ts";

export interface EngineHarness {
  readonly create: (options: EngineOptions) => Promise<Engine>;
  /** Tensors alive in the engine's library, where it counts them. */
  readonly liveTensors?: () => number;
}

/** Largest absolute difference to Keras that a feature may have. */
const tolerance = 1e-4;
const images = 32;

export function engineContract(name: string, { create, liveTensors = () => 0 }: EngineHarness): void {
  describe(`${name} on a random network`, () => {
    const pixels = syntheticPixels(images);
    let engine: Engine;
    let rows: Float32Array;

    beforeAll(async () => {
      engine = await create({ weights: await loadWeights(untrainedSource) });
      rows = await engine.inferBatch(pixels, images);
    });

    it("says what it is", () => {
      expect(engine).toMatchObject({ name, precision: "float32", device: "cpu" });
      expect(engine.version).toMatch(/^\d+\.\d+\.\d+/);
    });

    it("computes what the network's definition says", async () => {
      const expected = referenceFeatures(pixels.subarray(0, pixelLength), await loadWeights(untrainedSource));
      expect(rows).toHaveLength(images * featureLength);
      expect(largestDifference(rows.subarray(0, featureLength), expected)).toBeLessThan(tolerance);
    });

    it("gives features that vary from image to image", () => {
      expect(largestDifference(rows.subarray(0, featureLength), rows.subarray(featureLength))).toBeGreaterThan(0.01);
    });

    it.each([1, 7])("gives the same bits with %i images a call as with 32", async (inferBatch) => {
      const got = new Float32Array(rows.length);
      for (let from = 0; from < images; from += inferBatch) {
        const n = Math.min(inferBatch, images - from);
        const part = await engine.inferBatch(pixels.subarray(from * pixelLength, (from + n) * pixelLength), n);
        got.set(part, from * featureLength);
      }
      expect(Buffer.from(got.buffer).equals(Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength))).toBe(true);
    });

    it("leaves earlier results alone", async () => {
      const first = await engine.inferBatch(pixels.subarray(0, pixelLength), 1);
      const copy = first.slice();
      await engine.inferBatch(pixels.subarray(pixelLength, 2 * pixelLength), 1);
      expect(first).toEqual(copy);
    });

    it("refuses bytes that are not n images", async () => {
      await expect(engine.inferBatch(pixels.subarray(1), images)).rejects.toThrow(TypeError);
      await expect(engine.inferBatch(new Uint8Array(0), 0)).rejects.toThrow(/n ≥ 1/);
    });

    it("keeps its memory over 200 calls", async () => {
      const input = pixels.subarray(0, pixelLength);
      // The collector's share of the process grows at first whatever is computed.
      for (let call = 0; call < 40; call++) await engine.inferBatch(input, 1);
      const tensors = liveTensors();
      const resident = process.memoryUsage.rss();
      for (let call = 0; call < 200; call++) await engine.inferBatch(input, 1);
      expect(liveTensors()).toBe(tensors);
      expect(process.memoryUsage.rss()).toBeLessThan(1.05 * resident);
    });

    it("gives everything back when disposed", async () => {
      await engine.dispose();
      expect(liveTensors()).toBe(0);
    });
  });

  describe.skipIf(!weightsFile)(`${name} on ImageNet weights (../shared/models)`, () => {
    let engine: Engine;

    beforeAll(async () => {
      const weights = await loadWeights(weightsFile!);
      expect(weights.sha256).toBe(featureGoldens.weightsSha256);
      engine = await create({ weights });
    });
    afterAll(() => engine?.dispose());

    it("agrees with Keras on noise", async () => {
      const pixels = syntheticPixels(1);
      expect(sha256(pixels)).toBe(featureGoldens.synthetic.pixelsSha256);
      expect(largestDifference(await engine.inferBatch(pixels, 1), goldenRow(featureGoldens.synthetic))).toBeLessThan(
        tolerance,
      );
    });

    it.skipIf(!photosFolder)("agrees with Keras on 20 photos (../shared/data)", async () => {
      for (const photo of featureGoldens.photos) {
        const pixels = await goldenPhotoPixels(photosFolder!, photo.path);
        expect(sha256(pixels), photo.path).toBe(photo.pixelsSha256);
        const got = await engine.inferBatch(pixels, 1);
        expect(largestDifference(got, goldenRow(photo)), photo.path).toBeLessThan(tolerance);
      }
    });
  });
}

function largestDifference(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < Math.min(got.length, expected.length); i++) {
    const difference = Math.abs(got[i] - expected[i]);
    // Not Math.max: a NaN must count.
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
