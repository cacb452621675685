import { expect, test } from "vitest";
import { resolveConfig } from "../src/resolve-config.ts";

test("a network of one's own is described by its options", () => {
  const flags = { model: "a.onnx", output: "b", inputSize: "96", inputLayout: "nhwc", inputNormalisation: "unit" };
  const { features } = resolveConfig({ flags, env: { POMONA_INPUT_CHANNELS: "bgr" } });
  expect(features).toMatchObject({ ...flags, inputSize: 96, inputChannels: "bgr" });
});

test.each([
  [{ output: "b" }, "--output describes a network of your own, and none is given"],
  [{ inputSize: "96" }, "--input-size describes a network of your own, and none is given"],
  [{ model: "a.onnx", weights: "b.h5" }, "--model and --weights exclude each other"],
  [{ model: "a.onnx", engine: "tfjs-node" }, "--engine: tfjs-node can't evaluate a network of your own"],
])("%j is refused", (flags, message) => {
  expect(() => resolveConfig({ flags })).toThrow(expect.objectContaining({ code: "bad-option", message }));
});

test("what is wrong is named as it was given", () => {
  expect(() => resolveConfig({ env: { POMONA_OUTPUT: "b" } })).toThrow(/^POMONA_OUTPUT describes/);
});
