import { encodeOnnxModel } from "@pomona/onnx";
import type { RowProducts } from "./row-products.ts";

/** Rows that are cast to double at a time: 10 MB of 1280 columns. */
const blockRows = 1024;
/** Numbers up to which the doubles are kept: casting takes as long as the product. 67 MB. */
const keptNumbers = 2 ** 23;
const opset = 12;

/** X·Wᵀ and RᵀX as networks of one Gemm each. */
const networks = {
  weights: {
    inputs: ["x", "w"],
    shapes: [
      ["n", "d"],
      ["c", "d"],
    ],
    output: ["n", "c"],
    attributes: { transB: 1 },
  },
  residuals: {
    inputs: ["r", "x"],
    shapes: [
      ["n", "c"],
      ["n", "d"],
    ],
    output: ["c", "d"],
    attributes: { transA: 1 },
  },
} as const;

/**
 * {@link RowProducts} in onnxruntime's double Gemm, on one thread. Rows go through it in blocks of a fixed size, so
 * memory is theirs and one block's, and the sums are the same on every machine of a kind.
 */
export async function createOnnxruntimeRowProducts(
  matrix: Float32Array | Float64Array,
  d: number,
): Promise<RowProducts> {
  // Only who trains pays for loading the native library.
  const { InferenceSession, Tensor } = await import("onnxruntime-node");
  const options = {
    executionProviders: ["cpu"],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  } as const;
  const open = (name: keyof typeof networks) => InferenceSession.create(modelOf(name), options);
  const [weightsSession, residualsSession] = await Promise.all([open("weights"), open("residuals")]);
  const n = matrix.length / d;
  const x = matrix instanceof Float32Array && matrix.length <= keptNumbers ? new Float64Array(matrix) : matrix;
  const scratch = x instanceof Float64Array ? undefined : new Float64Array(Math.min(n, blockRows) * d);

  const tensor = (values: Float64Array, rows: number, columns: number) =>
    new Tensor("float64", values, [rows, columns]);

  function doubles(from: number, length: number): Float64Array {
    if (scratch === undefined) return (x as Float64Array).subarray(from, from + length);
    scratch.set(x.subarray(from, from + length));
    return scratch.subarray(0, length);
  }

  function* blocks() {
    for (let first = 0; first < n; first += blockRows) {
      const rows = Math.min(blockRows, n - first);
      yield { first, rows, block: tensor(doubles(first * d, rows * d), rows, d) };
    }
  }

  return {
    rows: n,
    dimension: d,
    async withWeights(weights, classes) {
      const result = new Float64Array(n * classes);
      const w = tensor(weights, classes, d);
      for (const { first, block } of blocks()) {
        const { y } = await weightsSession.run({ x: block, w });
        result.set(y.data as Float64Array, first * classes);
      }
      return result;
    },
    async withResiduals(residuals, classes) {
      const result = new Float64Array(classes * d);
      for (const { first, rows, block } of blocks()) {
        const r = tensor(residuals.subarray(first * classes, (first + rows) * classes), rows, classes);
        const { y } = await residualsSession.run({ r, x: block });
        const sums = y.data as Float64Array;
        for (let at = 0; at < result.length; at++) result[at] += sums[at];
      }
      return result;
    },
    async release() {
      await Promise.all([weightsSession.release(), residualsSession.release()]);
    },
  };
}

function modelOf(name: keyof typeof networks): Uint8Array {
  const { inputs, shapes, output, attributes } = networks[name];
  return encodeOnnxModel({
    name,
    opset,
    nodes: [{ operator: "Gemm", inputs, outputs: ["y"], attributes }],
    initializers: [],
    inputs: inputs.map((input, i) => ({ name: input, type: "double", shape: shapes[i] })),
    outputs: [{ name: "y", type: "double", shape: output }],
  });
}
