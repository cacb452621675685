import { type Architecture, type ConvolutionLayer, kernelShape, type Layer, mobileNetV2 } from "./architecture.ts";
import type { TensorflowAttribute, TensorflowGraph, TensorflowNode, TensorflowTensor } from "./saved-model.ts";
import { layerWeights, type Weights } from "./weights.ts";

/** Names of the graph's only input, uint8 [n, height, width, channels], and output, float32 [n, features]. */
export const tensorflowInput = "pixels";
export const tensorflowOutput = "features";

const float: TensorflowAttribute = { type: "float" };
/** Channels last, as Keras' kernels are laid out. */
const layout = { data_format: { text: "NHWC" } } as const;

/**
 * The network as a TensorFlow graph. A whole graph is four times as fast as the same operators called one by one: the
 * library joins each convolution with its bias and activation, and brings the weights into its own layout once.
 *
 * Pixels go in as bytes and become floats on the device.
 */
export function tensorflowGraph(weights: Weights, { architecture = mobileNetV2 }: GraphOptions = {}): TensorflowGraph {
  const { inputSize, inputChannels, inputName, normalisation, layers } = architecture;
  return [
    node("Placeholder", tensorflowInput, [], {
      dtype: { type: "uint8" },
      shape: { shape: [-1, inputSize, inputSize, inputChannels] },
    }),
    node("Cast", "values", [tensorflowInput], { SrcT: { type: "uint8" }, DstT: float, Truncate: { flag: false } }),
    constant("divisor", { shape: [], values: Float32Array.of(normalisation.divisor) }),
    constant("offset", { shape: [], values: Float32Array.of(normalisation.offset) }),
    node("RealDiv", "divided", ["values", "divisor"], { T: float }),
    node("AddV2", inputName, ["divided", "offset"], { T: float }),
    ...layers.flatMap((layer) => layerNodes(layer, weights)),
    node("Identity", tensorflowOutput, [layers.at(-1)!.name], { T: float }),
  ];
}

export interface GraphOptions {
  readonly architecture?: Architecture;
}

function layerNodes(layer: Layer, weights: Weights): TensorflowNode[] {
  const { name } = layer;
  if (layer.kind === "add") return [node("AddV2", name, layer.inputs, { T: float })];
  if (layer.kind !== "globalAverage") return convolutionNodes(layer, weights);
  const axes = `${name}/axes`;
  return [
    constant(axes, { shape: [2], values: Int32Array.of(1, 2) }),
    node("Mean", name, [layer.input, axes], { T: float, Tidx: { type: "int32" }, keep_dims: { flag: false } }),
  ];
}

function convolutionNodes(layer: ConvolutionLayer, weights: Weights): TensorflowNode[] {
  const { name, input, stride, activation } = layer;
  const [kernelName, biasName, convolved] = [`${name}/kernel`, `${name}/bias`, `${name}/convolved`];
  const { kernel, bias } = layerWeights(weights, name);
  const biased = activation === "relu6" ? `${name}/linear` : name;
  const nodes = [
    constant(kernelName, { shape: kernelShape(layer), values: kernel }),
    constant(biasName, { shape: [bias.length], values: bias }),
    node(layer.kind === "conv" ? "Conv2D" : "DepthwiseConv2dNative", convolved, [input, kernelName], {
      T: float,
      strides: { integers: [1, stride, stride, 1] },
      dilations: { integers: [1, 1, 1, 1] },
      // The architecture's paddings are TensorFlow's 'same'.
      padding: { text: "SAME" },
      ...layout,
    }),
    node("BiasAdd", biased, [convolved, biasName], { T: float, ...layout }),
  ];
  return activation === "relu6" ? [...nodes, node("Relu6", name, [biased], { T: float })] : nodes;
}

function constant(name: string, tensor: TensorflowTensor): TensorflowNode {
  const type: TensorflowAttribute = { type: tensor.values instanceof Float32Array ? "float" : "int32" };
  return node("Const", name, [], { dtype: type, value: { tensor } });
}

function node(
  operator: string,
  name: string,
  inputs: readonly string[],
  attributes: TensorflowNode["attributes"],
): TensorflowNode {
  return { name, operator, inputs, attributes };
}
