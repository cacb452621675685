/**
 * MobileNetV2 1.0 / 224 without its classifier, written once as data. Every engine, the weights reader and the random
 * network are built from these values; nothing else knows a shape.
 *
 * Source: Sandler et al. 2018, table 2, as built by `keras.applications.MobileNetV2(include_top=False, pooling="avg")`,
 * whose layer names are kept because weight files are keyed by them.
 */
export type Activation = "relu6" | "linear";

/** Zeros put around an already normalised image, in pixels. */
export interface Padding {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

interface ConvolutionShape {
  readonly name: string;
  /** Keras' name of the batch normalisation that follows, folded into the convolution when weights are loaded. */
  readonly batchNorm: string;
  /** Name of the layer this one reads. */
  readonly input: string;
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: Padding;
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly activation: Activation;
}

/** Kernel in Keras' order `[height, width, inputChannels, outputChannels]`. */
export interface ConvLayer extends ConvolutionShape {
  readonly kind: "conv";
}

/** Kernel in Keras' order `[height, width, channels, 1]`. */
export interface DepthwiseLayer extends ConvolutionShape {
  readonly kind: "depthwise";
}

export interface AddLayer {
  readonly kind: "add";
  readonly name: string;
  readonly inputs: readonly [string, string];
}

/** Mean over height and width. */
export interface GlobalAverageLayer {
  readonly kind: "globalAverage";
  readonly name: string;
  readonly input: string;
}

export type ConvolutionLayer = ConvLayer | DepthwiseLayer;
export type Layer = ConvolutionLayer | AddLayer | GlobalAverageLayer;

export interface Architecture {
  readonly name: string;
  readonly inputName: string;
  /** Height and width of the input, pixels. */
  readonly inputSize: number;
  readonly inputChannels: number;
  /** A pixel value v (0…255) enters the network as v / divisor + offset. */
  readonly normalisation: { readonly divisor: number; readonly offset: number };
  readonly batchNormEpsilon: number;
  readonly featureDimension: number;
  /** In order of evaluation; the last one's output is the features. */
  readonly layers: readonly Layer[];
}

const inputSize = 224;
const inputChannels = 3;
const inputName = "image";
const featureDimension = 1280;
const expansion = 6;

/** Output channels and stride of `block_1` … `block_16`. */
const blocks: readonly (readonly [outputChannels: number, stride: number])[] = [
  [24, 2],
  [24, 1],
  [32, 2],
  [32, 1],
  [32, 1],
  [64, 2],
  [64, 1],
  [64, 1],
  [64, 1],
  [96, 1],
  [96, 1],
  [96, 1],
  [160, 2],
  [160, 1],
  [160, 1],
  [320, 1],
];

export const mobileNetV2: Architecture = {
  name: "mobilenet_v2_1.0_224",
  inputName,
  inputSize,
  inputChannels,
  normalisation: { divisor: 127.5, offset: -1 },
  batchNormEpsilon: 1e-3,
  featureDimension,
  layers: buildLayers(),
};

/** Floats in one feature vector. */
export const featureLength = mobileNetV2.featureDimension;

/** Bytes of one input image: height × width × RGB, row by row. */
export const pixelLength = inputSize * inputSize * inputChannels;

/** The layers that hold weights. */
export function convolutions(architecture: Architecture): readonly ConvolutionLayer[] {
  return architecture.layers.filter((layer) => layer.kind === "conv" || layer.kind === "depthwise");
}

/** Shape of a layer's kernel, in Keras' order. */
export function kernelShape(layer: ConvolutionLayer): readonly [number, number, number, number] {
  const { kernelSize, inputChannels, outputChannels } = layer;
  return layer.kind === "conv"
    ? [kernelSize, kernelSize, inputChannels, outputChannels]
    : [kernelSize, kernelSize, inputChannels, 1];
}

function buildLayers(): Layer[] {
  const layers: Layer[] = [];
  let input = inputName;
  let channels = inputChannels;
  let size = inputSize;

  function convolve(
    kind: ConvolutionLayer["kind"],
    name: string,
    { batchNorm = `${name}_BN`, kernelSize = 1, stride = 1, outputChannels = channels, linear = false },
  ): void {
    const padding = samePadding(size, kernelSize, stride);
    const activation = linear ? "linear" : "relu6";
    const shape = { name, batchNorm, input, kernelSize, stride, padding, inputChannels: channels, outputChannels };
    layers.push({ kind, ...shape, activation });
    input = name;
    channels = outputChannels;
    size = Math.ceil(size / stride);
  }

  convolve("conv", "Conv1", { batchNorm: "bn_Conv1", kernelSize: 3, stride: 2, outputChannels: 32 });
  convolve("depthwise", "expanded_conv_depthwise", { kernelSize: 3 });
  convolve("conv", "expanded_conv_project", { outputChannels: 16, linear: true });
  for (const [index, [outputChannels, stride]] of blocks.entries()) {
    const block = `block_${index + 1}`;
    const entry = input;
    const residual = stride === 1 && channels === outputChannels;
    convolve("conv", `${block}_expand`, { outputChannels: channels * expansion });
    convolve("depthwise", `${block}_depthwise`, { kernelSize: 3, stride });
    convolve("conv", `${block}_project`, { outputChannels, linear: true });
    if (!residual) continue;
    layers.push({ kind: "add", name: `${block}_add`, inputs: [entry, input] });
    input = `${block}_add`;
  }
  convolve("conv", "Conv_1", { batchNorm: "Conv_1_bn", outputChannels: featureDimension });
  layers.push({ kind: "globalAverage", name: "global_average_pooling2d", input });
  return layers;
}

/**
 * TensorFlow's 'same': the output is ceil(size / stride) and an odd pixel of padding goes after the image. Keras'
 * `correct_pad` before its 'valid' stride-2 convolutions gives the same numbers for a 3 × 3 kernel.
 */
function samePadding(size: number, kernelSize: number, stride: number): Padding {
  const total = Math.max((Math.ceil(size / stride) - 1) * stride + kernelSize - size, 0);
  const before = Math.floor(total / 2);
  const after = total - before;
  return { top: before, left: before, bottom: after, right: after };
}
