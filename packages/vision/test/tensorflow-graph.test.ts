import { describe, expect, test } from "vitest";
import { mobileNetV2 } from "../src/architecture.ts";
import { tensorflowGraph, tensorflowInput, tensorflowOutput } from "../src/tensorflow-graph.ts";
import { untrainedWeights } from "../src/untrained-weights.ts";

const graph = tensorflowGraph(untrainedWeights());

describe("tensorflowGraph", () => {
  test("goes from the pixels to the features, each node after those that it reads", () => {
    const known = new Set<string>();
    for (const { name, inputs } of graph) {
      expect(known, `${name} is there once`).not.toContain(name);
      for (const input of inputs) expect(known, `${name} reads ${input}`).toContain(input);
      known.add(name);
    }
    expect([graph[0].name, graph.at(-1)!.name]).toEqual([tensorflowInput, tensorflowOutput]);
  });

  test("computes nothing that nobody reads", () => {
    const read = new Set(graph.flatMap(({ inputs }) => inputs));
    expect(graph.map(({ name }) => name).filter((name) => !read.has(name))).toEqual([tensorflowOutput]);
  });

  test("has the activations of the architecture", () => {
    const clipped = mobileNetV2.layers.filter((layer) => "activation" in layer && layer.activation === "relu6");
    expect(graph.filter(({ operator }) => operator === "Relu6").map(({ name }) => name)).toEqual(
      clipped.map(({ name }) => name),
    );
  });
});
