import { concatenate, messageField, stringField } from "./protobuf.ts";

/** Field numbers of onnx.proto: ModelProto.graph, GraphProto.output, ValueInfoProto.name. */
const fields = { graph: 7, output: 12, name: 1 } as const;

/**
 * The model with one more output: a value that its graph computes on the way. Parsers merge a message that comes twice
 * (https://protobuf.dev/programming-guides/encoding/#last-one-wins), so a second graph of one output is appended and
 * nothing is parsed here.
 */
export function withOutput(model: Uint8Array, name: string): Uint8Array {
  return concatenate([
    [model],
    messageField(fields.graph, messageField(fields.output, stringField(fields.name, name))),
  ]);
}
