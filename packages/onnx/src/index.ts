export { encodeOnnxModel } from "./encode-model.ts";
export type { OnnxGraph, OnnxNode, OnnxTensor, OnnxType, OnnxValue } from "./graph.ts";
export { onnxTypes } from "./graph.ts";
export { withOutput } from "./with-output.ts";
