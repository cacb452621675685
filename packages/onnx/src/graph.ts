/** A network as data: what `encodeOnnxModel` writes. Names of values join outputs to inputs. */
export interface OnnxGraph {
  readonly name: string;
  /** Version of the standard operators: https://github.com/onnx/onnx/blob/main/docs/Operators.md. */
  readonly opset: number;
  readonly nodes: readonly OnnxNode[];
  /** Constants: weights and scalars. */
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Integers and lists of them: the operators used here have no others. */
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface OnnxValue {
  readonly name: string;
  readonly type: OnnxType;
  /** A name stands for a size that is known when the network runs. */
  readonly shape: readonly (number | string)[];
}

/** `TensorProto.DataType`, whose numbers attributes such as Cast's `to` take too. */
export const onnxTypes = { float: 1, uint8: 2, double: 11 } as const;
export type OnnxType = keyof typeof onnxTypes;
