import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, it } from "vitest";
import { encodeOnnxModel } from "../src/encode-model.ts";
import { type OnnxGraph, onnxTypes } from "../src/graph.ts";

/** sum over columns of (x − shift), x as bytes: every kind of field that the encoder knows is in it. */
const graph: OnnxGraph = {
  name: "sums",
  opset: 12,
  nodes: [
    { operator: "Cast", inputs: ["x"], outputs: ["values"], attributes: { to: onnxTypes.float } },
    { operator: "Sub", inputs: ["values", "shift"], outputs: ["shifted"] },
    { operator: "ReduceSum", inputs: ["shifted"], outputs: ["sums"], attributes: { axes: [-1], keepdims: 0 } },
  ],
  initializers: [{ name: "shift", shape: [3], values: Float32Array.of(0.5, 1.5, 200) }],
  inputs: [{ name: "x", type: "uint8", shape: ["n", 3] }],
  outputs: [{ name: "sums", type: "float", shape: ["n"] }],
};

it("writes a model that onnxruntime loads and evaluates", async () => {
  const session = await InferenceSession.create(encodeOnnxModel(graph));
  const { sums } = await session.run({ x: new Tensor("uint8", Uint8Array.of(1, 2, 255, 0, 0, 0), [2, 3]) });
  expect(Array.from(sums.data as Float32Array)).toEqual([56, -202]);
  expect(session.inputNames).toEqual(["x"]);
});

it("writes the same bytes for the same graph", () => {
  expect(Buffer.compare(encodeOnnxModel(graph), encodeOnnxModel({ ...graph }))).toBe(0);
});
