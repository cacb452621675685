import { describe, expect, it } from "vitest";
import { convolutions, featureLength, kernelShape, mobileNetV2, pixelLength } from "../src/architecture.ts";

describe("mobileNetV2", () => {
  it("has the 52 convolutions and 10 residual additions of the paper's table", () => {
    expect(convolutions(mobileNetV2)).toHaveLength(52);
    expect(mobileNetV2.layers.filter((layer) => layer.kind === "add")).toHaveLength(10);
  });

  it("has Keras' number of parameters: 2,257,984 with four for each normalised channel", () => {
    const parameters = convolutions(mobileNetV2).map(
      (layer) => kernelShape(layer).reduce((product, size) => product * size) + 4 * layer.outputChannels,
    );
    expect(parameters.reduce((sum, count) => sum + count)).toBe(2_257_984);
  });

  it("pads as Keras: one pixel around at stride 1, after the image only at stride 2", () => {
    const paddings = convolutions(mobileNetV2)
      .filter((layer) => layer.kernelSize === 3)
      .map(({ stride, padding }) => [stride, padding.top, padding.left, padding.bottom, padding.right].join());
    expect(new Set(paddings)).toEqual(new Set(["1,1,1,1,1", "2,0,0,1,1"]));
  });

  it("reads only layers that come earlier", () => {
    const known = new Set([mobileNetV2.inputName]);
    for (const layer of mobileNetV2.layers) {
      for (const name of layer.kind === "add" ? layer.inputs : [layer.input]) expect(known).toContain(name);
      known.add(layer.name);
    }
    expect(known.size).toBe(mobileNetV2.layers.length + 1);
  });

  it("turns 224 × 224 RGB bytes into 1280 floats", () => {
    expect([pixelLength, featureLength]).toEqual([150_528, 1280]);
  });
});
