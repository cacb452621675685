import { expect, test } from "vitest";
import { encodeSavedModel } from "../src/saved-model.ts";
import { tensorflowGraph } from "../src/tensorflow-graph.ts";
import { untrainedWeights } from "../src/untrained-weights.ts";

// That TensorFlow reads it as it is meant is held by the contract of the engines (test/tfjs).
test("a SavedModel holds every weight, bit for bit", () => {
  const weights = untrainedWeights();
  const bytes = Buffer.from(encodeSavedModel(tensorflowGraph(weights)));
  for (const [name, { kernel, bias }] of weights.tensors) {
    for (const values of [kernel, bias]) {
      const raw = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
      expect(bytes.includes(raw), name).toBe(true);
    }
  }
});
