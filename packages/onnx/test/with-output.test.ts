import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, it } from "vitest";
import { encodeOnnxModel } from "../src/encode-model.ts";
import { withOutput } from "../src/with-output.ts";

it("makes a value inside a graph one of its outputs", async () => {
  const model = encodeOnnxModel({
    name: "twice",
    opset: 13,
    nodes: [
      { operator: "Add", inputs: ["x", "x"], outputs: ["inner"] },
      { operator: "Add", inputs: ["inner", "inner"], outputs: ["last"] },
    ],
    initializers: [],
    inputs: [{ name: "x", type: "float", shape: [2] }],
    outputs: [{ name: "last", type: "float", shape: [2] }],
  });
  const session = await InferenceSession.create(withOutput(model, "inner"));
  expect(session.outputNames).toEqual(["last", "inner"]);
  const { inner, last } = await session.run({ x: new Tensor("float32", Float32Array.of(1, 2), [2]) });
  expect([...(inner.data as Float32Array), ...(last.data as Float32Array)]).toEqual([2, 4, 4, 8]);
});
