import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readKerasWeights } from "../src/keras-weights.ts";
import { featureGoldens, weightsFile } from "./feature-goldens.ts";
import { hashOfTensors } from "./hash-of-tensors.ts";
import { type KerasFixture, kerasFixture, writeKerasFile } from "./keras-fixture.ts";

let folder: string;
const path = (name: string): string => join(folder, name);

/** Every tensor another value, so that a mix-up shows. */
const values: Record<string, number> = {
  gamma: 1.5,
  beta: 0.25,
  moving_mean: 2,
  moving_variance: 0.5,
  kernel: 3,
  depthwise_kernel: 5,
};
const fixture = () => kerasFixture((_layer, tensor, index) => values[tensor] + (index % 4) / 8);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pomona-weights-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("readKerasWeights", () => {
  it("folds batch normalisation into kernel and bias of its own channel", async () => {
    await writeKerasFile(path("no-top.h5"), fixture());
    const { tensors, source } = await readKerasWeights(path("no-top.h5"));
    expect(source).toBe(path("no-top.h5"));
    for (const [name, base] of [["Conv1", 3] as const, ["block_3_depthwise", 5] as const]) {
      const { kernel, bias } = tensors.get(name)!;
      for (const channel of [0, 1, 2, 3, 31]) {
        const step = (channel % 4) / 8;
        const scale = (1.5 + step) / Math.sqrt(0.5 + step + 1e-3);
        expect(kernel[channel]).toBe(Math.fround((base + step) * scale));
        expect(bias[channel]).toBe(Math.fround(0.25 + step - (2 + step) * scale));
      }
    }
  });

  it("reads a file with its classifier, a saved model, and one with other names in the same order", async () => {
    const layers = fixture();
    const plain = await written("plain.h5", layers);
    const top = { shape: [1280, 1000], values: new Float32Array(1_280_000) };
    const full = await written("full.h5", [...layers, ["predictions", { kernel: top }]]);
    await writeKerasFile(path("saved.h5"), layers, { under: "model_weights" });
    const saved = hashOfTensors(await readKerasWeights(path("saved.h5")));
    const renamed = await written(
      "renamed.h5",
      layers.map(([, tensors], index) => [`layer_${index}`, tensors]),
    );
    for (const other of [full, saved, renamed]) expect(other).toBe(plain);
  });

  it("names the first layer of another shape", async () => {
    const layers = fixture();
    layers[2][1].depthwise_kernel = { shape: [5, 5, 32, 1], values: new Float32Array(800) };
    layers[4][1].kernel = { shape: [1, 1, 32, 24], values: new Float32Array(768) };
    await expect(written("other.h5", layers)).rejects.toThrow(
      /other\.h5: layer expanded_conv_depthwise: expected depthwise_kernel \[3, 3, 32, 1\], got \[5, 5, 32, 1\]\. Give/,
    );
  });

  it("names the first layer that is absent", async () => {
    const layers = fixture().filter(([name]) => name !== "block_7_expand_BN");
    await expect(written("absent.h5", layers)).rejects.toThrow(
      /layer block_7_expand_BN: expected gamma \[384\], absent/,
    );
  });

  it("refuses values that are no numbers", async () => {
    const layers = fixture();
    layers[0][1].kernel.values[7] = Number.NaN;
    await expect(written("nan.h5", layers)).rejects.toThrow(/layer Conv1: kernel holds values that are no finite/);
  });

  it("refuses what is no HDF5 file, and what is only the first part of one", async () => {
    await writeFile(path("page.h5"), "<html>not found</html>");
    await expect(readKerasWeights(path("page.h5"))).rejects.toThrow(/page\.h5: not an HDF5 file \(22 bytes\)/);
    await writeKerasFile(path("whole.h5"), fixture());
    const whole = await readFile(path("whole.h5"));
    for (const length of [50, 3000, whole.length - 1]) {
      await writeFile(path("part.h5"), whole.subarray(0, length));
      await expect(readKerasWeights(path("part.h5"))).rejects.toThrow(
        /part\.h5: the HDF5 file is damaged or truncated/,
      );
    }
  });

  it("refuses HDF5 that Keras did not write", async () => {
    await writeKerasFile(path("elsewhere.h5"), fixture(), { under: "something" });
    await expect(readKerasWeights(path("elsewhere.h5"))).rejects.toThrow(/without Keras' layer_names/);
  });

  it.skipIf(!weightsFile)("reads the real file (../shared/models)", async () => {
    const weights = await readKerasWeights(weightsFile!);
    expect(weights.sha256).toBe(featureGoldens.weightsSha256);
    expect(weights.tensors.size).toBe(52);
  });
});

async function written(name: string, layers: KerasFixture): Promise<string> {
  await writeKerasFile(path(name), layers);
  return hashOfTensors(await readKerasWeights(path(name)));
}
