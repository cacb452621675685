import { expect, it } from "vitest";
import { convolutions, kernelShape, mobileNetV2 } from "../src/architecture.ts";
import { untrainedWeights } from "../src/untrained-weights.ts";
import { hashOfTensors } from "./hash-of-tensors.ts";

it("is the same on every machine", () => {
  expect(hashOfTensors(untrainedWeights())).toBe("238b5be58b44f28242bcd22679674391450a594c27c5071d1ec901f8b0498236");
});

it("fills every kernel that the architecture asks for", () => {
  const { tensors } = untrainedWeights();
  for (const layer of convolutions(mobileNetV2)) {
    const { kernel, bias } = tensors.get(layer.name)!;
    expect(kernel).toHaveLength(kernelShape(layer).reduce((product, size) => product * size));
    expect(bias).toHaveLength(layer.outputChannels);
  }
});

it("has an id in the form of a sha256, another one for each seed", () => {
  const [one, two] = [untrainedWeights({ seed: 1 }), untrainedWeights({ seed: 2 })];
  expect(one.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(one.sha256).not.toBe(two.sha256);
  expect(one.tensors.get("Conv1")!.kernel).not.toEqual(two.tensors.get("Conv1")!.kernel);
  expect(one.source).toBe("untrained");
});
