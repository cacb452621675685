import {
  bytesField,
  type Chunks,
  concatenate,
  littleEndianBytes,
  messageField,
  stringField,
  varintField,
} from "@pomona/onnx/protobuf";

/** A TensorFlow graph as data, in order of evaluation. A node's name is also the name of its only output. */
export type TensorflowGraph = readonly TensorflowNode[];

export interface TensorflowNode {
  readonly name: string;
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly attributes: Readonly<Record<string, TensorflowAttribute>>;
}

export type TensorflowAttribute =
  | { readonly type: TensorflowType }
  | { readonly text: string }
  | { readonly flag: boolean }
  | { readonly integers: readonly number[] }
  /** −1 stands for a size that is known when the graph runs. */
  | { readonly shape: readonly number[] }
  | { readonly tensor: TensorflowTensor };

export interface TensorflowTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

export type TensorflowType = keyof typeof types;

/** `DataType` of tensorflow/core/framework/types.proto. */
const types = { float: 1, int32: 3, uint8: 4 } as const;

/** The tag under which a graph is found in its SavedModel. */
export const servingTag = "serve";

/**
 * `versions.producer`: operators mean what they meant then. 1482 is TensorFlow 2.15's; each later library reads it
 * (https://www.tensorflow.org/guide/versions).
 */
const graphVersion = 1482;

/** Field numbers of the .proto files in tensorflow/core/protobuf and tensorflow/core/framework. */
const savedModel = { schemaVersion: 1, metaGraphs: 2 } as const;
const metaGraph = { info: 1, graph: 2 } as const;
const metaInfo = { tags: 4 } as const;
const graphDef = { node: 1, versions: 4 } as const;
const versionDef = { producer: 1 } as const;
const nodeDef = { name: 1, operator: 2, input: 3, attribute: 5 } as const;
const mapEntry = { key: 1, value: 2 } as const;
const attributeValue = { list: 1, text: 2, flag: 5, type: 6, shape: 7, tensor: 8 } as const;
const listValue = { integers: 3 } as const;
const tensorProto = { type: 1, shape: 2, content: 4 } as const;
const shapeProto = { dimension: 2 } as const;
const dimensionProto = { size: 1 } as const;

/** The graph as bytes of a SavedModel: the only form in which TensorFlow's library takes a whole graph from a file. */
export function encodeSavedModel(graph: TensorflowGraph): Uint8Array {
  return concatenate([
    varintField(savedModel.schemaVersion, 1),
    messageField(
      savedModel.metaGraphs,
      messageField(metaGraph.info, stringField(metaInfo.tags, servingTag)),
      messageField(
        metaGraph.graph,
        ...graph.map(nodeField),
        messageField(graphDef.versions, varintField(versionDef.producer, graphVersion)),
      ),
    ),
  ]);
}

function nodeField({ name, operator, inputs, attributes }: TensorflowNode): Chunks {
  return messageField(
    graphDef.node,
    stringField(nodeDef.name, name),
    stringField(nodeDef.operator, operator),
    ...inputs.map((input) => stringField(nodeDef.input, input)),
    ...Object.entries(attributes).map(([key, value]) =>
      messageField(
        nodeDef.attribute,
        stringField(mapEntry.key, key),
        messageField(mapEntry.value, attributeField(value)),
      ),
    ),
  );
}

function attributeField(value: TensorflowAttribute): Chunks {
  if ("type" in value) return varintField(attributeValue.type, types[value.type]);
  if ("text" in value) return stringField(attributeValue.text, value.text);
  if ("flag" in value) return varintField(attributeValue.flag, Number(value.flag));
  if ("shape" in value) return messageField(attributeValue.shape, ...sizeFields(value.shape));
  if ("tensor" in value) return tensorField(value.tensor);
  const items = value.integers.map((item) => varintField(listValue.integers, item));
  return messageField(attributeValue.list, ...items);
}

function tensorField({ shape, values }: TensorflowTensor): Chunks {
  const type = values instanceof Float32Array ? types.float : types.int32;
  return messageField(
    attributeValue.tensor,
    varintField(tensorProto.type, type),
    messageField(tensorProto.shape, ...sizeFields(shape)),
    bytesField(tensorProto.content, littleEndianBytes(values)),
  );
}

function sizeFields(shape: readonly number[]): Chunks[] {
  return shape.map((size) => messageField(shapeProto.dimension, varintField(dimensionProto.size, size)));
}
