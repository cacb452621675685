import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type Architecture, type ConvolutionLayer, convolutions, kernelShape, mobileNetV2 } from "./architecture.ts";
import { keepFoldedWeights, readFoldedWeights } from "./folded-weights.ts";
import type { KerasLayer } from "./keras-file.ts";
import type { LayerWeights, Weights } from "./weights.ts";

/**
 * Reads a Keras `.h5` of MobileNetV2, with or without its classifier, and folds each batch normalisation into the
 * convolution before it, in double precision.
 *
 * @throws Error when the file is no complete HDF5 file or holds another network; it names the first layer that differs
 */
export async function readKerasWeights(
  file: string,
  { architecture = mobileNetV2, cacheDir }: KerasWeightsOptions = {},
): Promise<Weights> {
  const bytes = await readFile(file);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const place = cacheDir === undefined ? undefined : { cacheDir, sha256, architecture };
  const kept = place && (await readFoldedWeights(place));
  if (kept !== undefined) return { sha256, source: file, tensors: kept };
  // HDF5 is four megabytes of code that only a process about to infer needs.
  const { withKerasFile } = await import("./keras-file.ts");
  const tensors = await withKerasFile(bytes, file, (layers) => {
    const find = layerFinder(layers, architecture);
    const folded = convolutions(architecture).map(
      (layer) => [layer.name, fold(layer, find, { architecture, file })] as const,
    );
    return new Map(folded);
  });
  const weights = { sha256, source: file, tensors };
  if (place !== undefined) await keepFoldedWeights(place, weights);
  return weights;
}

export interface KerasWeightsOptions {
  readonly architecture?: Architecture;
  /** The user's cache folder of this program, where the result is kept for the next time. Default: it is not kept. */
  readonly cacheDir?: string | undefined;
}

interface FoldContext {
  readonly architecture: Architecture;
  readonly file: string;
}

type LayerFinder = (name: string) => KerasLayer | undefined;

/**
 * By name where the file has the architecture's names, else by position, as Keras itself loads such a file: the order
 * of its layers with weights is that of the network.
 */
function layerFinder(layers: readonly KerasLayer[], architecture: Architecture): LayerFinder {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const expected = convolutions(architecture).flatMap(({ name, batchNorm }) => [name, batchNorm]);
  const named = expected.filter((name) => byName.has(name)).length;
  if (named > 0) return (name) => byName.get(name);
  const position = new Map(expected.map((name, index) => [name, index]));
  return (name) => layers[position.get(name)!];
}

/**
 * Batch normalisation is y = gamma · (x − mean) / sqrt(variance + epsilon) + beta for each channel (Ioffe and Szegedy
 * 2015), linear in x and thus part of the convolution.
 */
function fold(layer: ConvolutionLayer, find: LayerFinder, context: FoldContext): LayerWeights {
  const { outputChannels } = layer;
  const kernelName = layer.kind === "conv" ? "kernel" : "depthwise_kernel";
  const kernel = tensor(find, layer.name, kernelName, kernelShape(layer), context);
  const parameter = (name: string): Float32Array => tensor(find, layer.batchNorm, name, [outputChannels], context);
  const gamma = parameter("gamma");
  const beta = parameter("beta");
  const mean = parameter("moving_mean");
  const variance = parameter("moving_variance");

  const epsilon = context.architecture.batchNormEpsilon;
  const scale = Float64Array.from(gamma, (value, channel) => value / Math.sqrt(variance[channel] + epsilon));
  // The output channel is the fastest index of both kinds of kernel: [h, w, in, out] and [h, w, channels, 1].
  const folded = kernel.map((value, index) => value * scale[index % outputChannels]);
  const bias = beta.map((value, channel) => value - mean[channel] * scale[channel]);
  return { kernel: folded, bias };
}

function tensor(
  find: LayerFinder,
  layerName: string,
  name: string,
  shape: readonly number[],
  { architecture, file }: FoldContext,
): Float32Array {
  const layer = find(layerName);
  const found = layer?.weights.find((weight) => weight.name === name);
  const expected = `[${shape.join(", ")}]`;
  const remedy = `Give the Keras .h5 of ${architecture.name}, with or without its top.`;
  if (!layer || !found) {
    const actual = layer
      ? `layer ${layer.name} has ${layer.weights.map((weight) => weight.name).join(", ")}`
      : "absent";
    throw new Error(`${file}: layer ${layerName}: expected ${name} ${expected}, ${actual}. ${remedy}`);
  }
  if (found.shape.join() !== shape.join()) {
    const actual = `[${found.shape.join(", ")}]`;
    throw new Error(`${file}: layer ${layerName}: expected ${name} ${expected}, got ${actual}. ${remedy}`);
  }
  const values = found.read();
  if (!values.every(Number.isFinite)) {
    throw new Error(
      `${file}: layer ${layerName}: ${name} holds values that are no finite numbers. Fetch the file again.`,
    );
  }
  return values;
}
