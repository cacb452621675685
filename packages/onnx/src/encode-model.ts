import { type OnnxGraph, type OnnxNode, type OnnxTensor, type OnnxValue, onnxTypes } from "./graph.ts";
import {
  bytesField,
  type Chunks,
  concatenate,
  littleEndianBytes,
  messageField,
  stringField,
  varintField,
} from "./protobuf.ts";

/** Of the file format: 7 came with operator set 12, and every later reader takes it. */
const irVersion = 7;

/** Field numbers of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). */
const model = { irVersion: 1, producerName: 2, graph: 7, opsetImport: 8 } as const;
const operatorSet = { version: 2 } as const;
const graphProto = { node: 1, name: 2, initializer: 5, input: 11, output: 12 } as const;
const nodeProto = { input: 1, output: 2, name: 3, opType: 4, attribute: 5 } as const;
const attributeProto = { name: 1, i: 3, ints: 8, type: 20 } as const;
const attributeType = { int: 2, ints: 7 } as const;
const tensorProto = { dims: 1, dataType: 2, name: 8, rawData: 9 } as const;
const valueInfo = { name: 1, type: 2 } as const;
const typeProto = { tensorType: 1 } as const;
const tensorType = { elemType: 1, shape: 2 } as const;
const shapeProto = { dim: 1 } as const;
const dimension = { value: 1, param: 2 } as const;

/** The graph as bytes of an ONNX ModelProto. */
export function encodeOnnxModel(graph: OnnxGraph): Uint8Array {
  return concatenate([
    varintField(model.irVersion, irVersion),
    stringField(model.producerName, "pomona"),
    messageField(model.opsetImport, varintField(operatorSet.version, graph.opset)),
    messageField(
      model.graph,
      stringField(graphProto.name, graph.name),
      ...graph.nodes.map(nodeField),
      ...graph.initializers.map(tensorField),
      ...graph.inputs.map((input) => valueField(graphProto.input, input)),
      ...graph.outputs.map((output) => valueField(graphProto.output, output)),
    ),
  ]);
}

function nodeField({ operator, inputs, outputs, attributes = {} }: OnnxNode): Chunks {
  return messageField(
    graphProto.node,
    ...inputs.map((input) => stringField(nodeProto.input, input)),
    ...outputs.map((output) => stringField(nodeProto.output, output)),
    stringField(nodeProto.name, outputs[0] ?? operator),
    stringField(nodeProto.opType, operator),
    ...Object.entries(attributes).map(([name, value]) => attributeField(name, value)),
  );
}

function attributeField(name: string, value: number | readonly number[]): Chunks {
  const { i, ints, type } = attributeProto;
  const content =
    typeof value === "number"
      ? [varintField(i, value), varintField(type, attributeType.int)]
      : [...value.map((item) => varintField(ints, item)), varintField(type, attributeType.ints)];
  return messageField(nodeProto.attribute, stringField(attributeProto.name, name), ...content);
}

function tensorField({ name, shape, values }: OnnxTensor): Chunks {
  return messageField(
    graphProto.initializer,
    ...shape.map((size) => varintField(tensorProto.dims, size)),
    varintField(tensorProto.dataType, onnxTypes.float),
    stringField(tensorProto.name, name),
    bytesField(tensorProto.rawData, littleEndianBytes(values)),
  );
}

function valueField(field: number, { name, type, shape }: OnnxValue): Chunks {
  const sizes = shape.map((size) =>
    messageField(
      shapeProto.dim,
      typeof size === "number" ? varintField(dimension.value, size) : stringField(dimension.param, size),
    ),
  );
  const typeField = messageField(
    typeProto.tensorType,
    varintField(tensorType.elemType, onnxTypes[type]),
    messageField(tensorType.shape, ...sizes),
  );
  return messageField(field, stringField(valueInfo.name, name), messageField(valueInfo.type, typeField));
}
