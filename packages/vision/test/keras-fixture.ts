import { writeFile } from "node:fs/promises";
import { File, type Group, ready } from "h5wasm";
import { type Architecture, convolutions, kernelShape, mobileNetV2 } from "../src/architecture.ts";

type Tensors = Record<string, { shape: readonly number[]; values: Float32Array }>;

/** Layers of a Keras file, in order, by name of the layer and of the weight. */
export type KerasFixture = [layer: string, tensors: Tensors][];

/** A file's content with `value(layer, tensor, index)` in every place; kernels and batch normalisations in order. */
export function kerasFixture(
  value: (layer: string, tensor: string, index: number) => number,
  architecture: Architecture = mobileNetV2,
): KerasFixture {
  return convolutions(architecture).flatMap((layer) => {
    const filled = (owner: string, name: string, shape: readonly number[]) => {
      const length = shape.reduce((product, size) => product * size);
      return { shape, values: Float32Array.from({ length }, (_, index) => value(owner, name, index)) };
    };
    const kernel = layer.kind === "conv" ? "kernel" : "depthwise_kernel";
    const norm = ["gamma", "beta", "moving_mean", "moving_variance"].map(
      (name) => [name, filled(layer.batchNorm, name, [layer.outputChannels])] as const,
    );
    return [
      [layer.name, { [kernel]: filled(layer.name, kernel, kernelShape(layer)) }],
      [layer.batchNorm, Object.fromEntries(norm)],
    ] satisfies KerasFixture;
  });
}

/** Writes it in Keras' layout; `under` puts it into a group, as a saved model does. */
export async function writeKerasFile(path: string, layers: KerasFixture, { under = "" } = {}): Promise<void> {
  const { FS } = await ready;
  const file = new File("fixture.h5", "w");
  const root: Group = under ? (file.create_group(under) as Group) : file;
  root.create_attribute("layer_names", ["input_1", ...layers.map(([name]) => name)]);
  (root.create_group("input_1") as Group).create_attribute("backend", "tensorflow");
  for (const [layer, tensors] of layers) {
    const group = root.create_group(layer) as Group;
    group.create_attribute(
      "weight_names",
      Object.keys(tensors).map((name) => `${layer}/${name}:0`),
    );
    const inner = group.create_group(layer) as Group;
    for (const [name, { shape, values }] of Object.entries(tensors)) {
      inner.create_dataset({ name: `${name}:0`, data: values, shape: [...shape] });
    }
  }
  file.close();
  await writeFile(path, FS.readFile("fixture.h5"));
  FS.unlink("fixture.h5");
}
