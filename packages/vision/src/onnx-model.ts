import { encodeOnnxModel, type OnnxNode, type OnnxTensor, onnxTypes } from "@pomona/onnx";
import { type Architecture, type ConvolutionLayer, type Layer, mobileNetV2 } from "./architecture.ts";
import { layerWeights, type Weights } from "./weights.ts";

/** Names of the graph's only input, uint8 [n, height, width, channels], and output, float32 [n, features]. */
export const onnxInput = "pixels";
export const onnxOutput = "features";

const opset = 17;

interface GraphParts {
  readonly nodes: OnnxNode[];
  readonly initializers: OnnxTensor[];
}

/**
 * The network as bytes of an ONNX ModelProto.
 *
 * Pixels go in as they are: the graph transposes them while they are still bytes, casts, and subtracts 127.5, which is
 * exact; the division by 127.5 is folded into the first convolution. So the zeros that it pads with are still the zeros
 * of a normalised image.
 */
export function onnxModel(weights: Weights, { architecture = mobileNetV2 }: OnnxModelOptions = {}): Uint8Array {
  const parts: GraphParts = { nodes: [], initializers: [] };
  const { divisor, offset } = architecture.normalisation;
  const scalar = (name: string, value: number): void => {
    parts.initializers.push({ name, shape: [], values: Float32Array.of(value) });
  };
  scalar("zero", 0);
  scalar("six", 6);
  scalar("centre", -offset * divisor);
  addNode(parts, "Transpose", [onnxInput], "planes", { perm: [0, 3, 1, 2] });
  addNode(parts, "Cast", ["planes"], "values", { to: onnxTypes.float });
  addNode(parts, "Sub", ["values", "centre"], architecture.inputName);
  for (const layer of architecture.layers) addLayer(parts, layer, weights, architecture);
  addNode(parts, "Flatten", [architecture.layers.at(-1)!.name], onnxOutput, { axis: 1 });

  const { inputSize, inputChannels, featureDimension } = architecture;
  return encodeOnnxModel({
    name: architecture.name,
    opset,
    ...parts,
    inputs: [{ name: onnxInput, type: "uint8", shape: ["n", inputSize, inputSize, inputChannels] }],
    outputs: [{ name: onnxOutput, type: "float", shape: ["n", featureDimension] }],
  });
}

export interface OnnxModelOptions {
  readonly architecture?: Architecture;
}

function addLayer(parts: GraphParts, layer: Layer, weights: Weights, architecture: Architecture): void {
  if (layer.kind === "add") {
    addNode(parts, "Add", layer.inputs, layer.name);
  } else if (layer.kind === "globalAverage") {
    addNode(parts, "GlobalAveragePool", [layer.input], layer.name);
  } else {
    addConvolution(parts, layer, weights, architecture);
  }
}

function addConvolution(
  parts: GraphParts,
  layer: ConvolutionLayer,
  weights: Weights,
  architecture: Architecture,
): void {
  const { name, input, kernelSize, stride, padding, inputChannels, outputChannels, activation } = layer;
  const { kernel, bias } = layerWeights(weights, name);
  const group = layer.kind === "depthwise" ? inputChannels : 1;
  const scale = input === architecture.inputName ? 1 / architecture.normalisation.divisor : 1;
  const depth = inputChannels / group;
  const planar = toOutputMajor(kernel, { area: kernelSize * kernelSize, depth, outputs: outputChannels, scale });
  parts.initializers.push(
    { name: `${name}/kernel`, shape: [outputChannels, depth, kernelSize, kernelSize], values: planar },
    { name: `${name}/bias`, shape: [outputChannels], values: bias },
  );
  const convolved = activation === "relu6" ? `${name}/linear` : name;
  addNode(parts, "Conv", [input, `${name}/kernel`, `${name}/bias`], convolved, {
    kernel_shape: [kernelSize, kernelSize],
    strides: [stride, stride],
    pads: [padding.top, padding.left, padding.bottom, padding.right],
    group,
  });
  if (activation === "relu6") addNode(parts, "Clip", [convolved, "zero", "six"], name);
}

/** Keras' [area, depth, outputs] (depthwise: [area, outputs, 1], the same with a depth of 1) to ONNX' [outputs, depth, area]. */
function toOutputMajor(
  kernel: Float32Array,
  { area, depth, outputs, scale }: { area: number; depth: number; outputs: number; scale: number },
): Float32Array {
  const result = new Float32Array(kernel.length);
  let from = 0;
  for (let a = 0; a < area; a++) {
    for (let d = 0; d < depth; d++) {
      for (let o = 0; o < outputs; o++) result[(o * depth + d) * area + a] = kernel[from++] * scale;
    }
  }
  return result;
}

function addNode(
  parts: GraphParts,
  operator: string,
  inputs: readonly string[],
  output: string,
  attributes: NonNullable<OnnxNode["attributes"]> = {},
): void {
  parts.nodes.push({ operator, inputs, outputs: [output], attributes });
}
