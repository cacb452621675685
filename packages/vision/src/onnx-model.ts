import { type Architecture, type ConvolutionLayer, type Layer, mobileNetV2 } from "./architecture.ts";
import {
  bytesField,
  type Chunks,
  concatenate,
  littleEndianBytes,
  messageField,
  stringField,
  varintField,
} from "./protobuf.ts";
import { layerWeights, type Weights } from "./weights.ts";

/** Names of the graph's only input, uint8 [n, height, width, channels], and output, float32 [n, features]. */
export const onnxInput = "pixels";
export const onnxOutput = "features";

const irVersion = 8;
const opset = 17;

/** Field numbers of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). */
const model = { irVersion: 1, producerName: 2, graph: 7, opsetImport: 8 } as const;
const operatorSet = { version: 2 } as const;
const graph = { node: 1, name: 2, initializer: 5, input: 11, output: 12 } as const;
const node = { input: 1, output: 2, name: 3, opType: 4, attribute: 5 } as const;
const attribute = { name: 1, i: 3, ints: 8, type: 20 } as const;
const attributeType = { int: 2, ints: 7 } as const;
const tensor = { dims: 1, dataType: 2, name: 8, rawData: 9 } as const;
const dataType = { float: 1, uint8: 2 } as const;
const valueInfo = { name: 1, type: 2 } as const;
const typeProto = { tensorType: 1 } as const;
const tensorType = { elemType: 1, shape: 2 } as const;
const shapeProto = { dim: 1 } as const;
const dimension = { value: 1, param: 2 } as const;

interface GraphParts {
  readonly nodes: Chunks[];
  readonly initializers: Chunks[];
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
    parts.initializers.push(floatTensor(name, [], Float32Array.of(value)));
  };
  scalar("zero", 0);
  scalar("six", 6);
  scalar("centre", -offset * divisor);
  addNode(parts, "Transpose", [onnxInput], "planes", { perm: [0, 3, 1, 2] });
  addNode(parts, "Cast", ["planes"], "values", { to: dataType.float });
  addNode(parts, "Sub", ["values", "centre"], architecture.inputName);
  for (const layer of architecture.layers) addLayer(parts, layer, weights, architecture);
  addNode(parts, "Flatten", [architecture.layers.at(-1)!.name], onnxOutput, { axis: 1 });

  const { inputSize, inputChannels, featureDimension } = architecture;
  return concatenate([
    varintField(model.irVersion, irVersion),
    stringField(model.producerName, "pomona"),
    messageField(model.opsetImport, varintField(operatorSet.version, opset)),
    messageField(
      model.graph,
      stringField(graph.name, architecture.name),
      ...parts.nodes,
      ...parts.initializers,
      value(graph.input, onnxInput, dataType.uint8, ["n", inputSize, inputSize, inputChannels]),
      value(graph.output, onnxOutput, dataType.float, ["n", featureDimension]),
    ),
  ]);
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
    floatTensor(`${name}/kernel`, [outputChannels, depth, kernelSize, kernelSize], planar),
    floatTensor(`${name}/bias`, [outputChannels], bias),
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
  attributes: Readonly<Record<string, number | readonly number[]>> = {},
): void {
  parts.nodes.push(
    messageField(
      graph.node,
      ...inputs.map((input) => stringField(node.input, input)),
      stringField(node.output, output),
      stringField(node.name, output),
      stringField(node.opType, operator),
      ...Object.entries(attributes).map(([name, value]) => attributeField(name, value)),
    ),
  );
}

function attributeField(name: string, value: number | readonly number[]): Chunks {
  const content =
    typeof value === "number"
      ? [varintField(attribute.i, value), varintField(attribute.type, attributeType.int)]
      : [...value.map((item) => varintField(attribute.ints, item)), varintField(attribute.type, attributeType.ints)];
  return messageField(node.attribute, stringField(attribute.name, name), ...content);
}

function floatTensor(name: string, dims: readonly number[], values: Float32Array): Chunks {
  return messageField(
    graph.initializer,
    ...dims.map((size) => varintField(tensor.dims, size)),
    varintField(tensor.dataType, dataType.float),
    stringField(tensor.name, name),
    bytesField(tensor.rawData, littleEndianBytes(values)),
  );
}

function value(field: number, name: string, elementType: number, shape: readonly (number | string)[]): Chunks {
  const dims = shape.map((size) =>
    messageField(
      shapeProto.dim,
      typeof size === "number" ? varintField(dimension.value, size) : stringField(dimension.param, size),
    ),
  );
  const type = messageField(
    typeProto.tensorType,
    varintField(tensorType.elemType, elementType),
    messageField(tensorType.shape, ...dims),
  );
  return messageField(field, stringField(valueInfo.name, name), messageField(valueInfo.type, type));
}
