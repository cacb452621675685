import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeOnnxModel } from "@pomona/onnx";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadNetwork } from "../src/load-network.ts";
import type { OnnxNetworkOptions } from "../src/onnx-network.ts";

const size = 4;
const area = size * size;
const red = 200;
const [green, blue] = [100, 50];
/** Two images, each of one colour. */
const pixels = Uint8Array.from({ length: 2 * area * 3 }, (_, i) => {
  const colour = [red, green, blue][i % 3];
  return i < area * 3 ? colour : colour / 2;
});

/** A network whose features are the mean of each channel as it comes in; `last` is `features` before it is flattened. */
function meanNetwork(shape: readonly (number | string)[], type: "float" | "uint8" = "float"): Uint8Array {
  const cast = { operator: "Cast", inputs: ["input"], outputs: ["values"], attributes: { to: 1 } };
  const order = shape[3] === 3 ? [0, 3, 1, 2] : [0, 1, 2, 3];
  const planes = { operator: "Transpose", inputs: ["values"], outputs: ["planes"], attributes: { perm: order } };
  const mean = { operator: "GlobalAveragePool", inputs: ["planes"], outputs: ["last"] };
  const flat = { operator: "Flatten", inputs: ["last"], outputs: ["features"] };
  const sum = { operator: "MatMul", inputs: ["features", "ones"], outputs: ["sum"] };
  return encodeOnnxModel({
    name: "mean",
    opset: 13,
    nodes: [cast, planes, mean, flat, sum],
    initializers: [{ name: "ones", shape: [3, 1], values: Float32Array.of(1, 1, 1) }],
    inputs: [{ name: "input", type, shape }],
    outputs: [{ name: "sum", type: "float", shape: ["n", 1] }],
  });
}

describe("a network of one's own", () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "pomona-network-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function write(name: string, bytes: Uint8Array | string): string {
    const file = join(folder, name);
    writeFileSync(file, bytes);
    return file;
  }

  async function features(options: OnnxNetworkOptions) {
    const { engine, fingerprint, notices } = await loadNetwork({ model: options }, {});
    const rows = await engine.inferBatch(pixels, 2);
    await engine.dispose();
    const rounded = Array.from(rows, (value) => Number(value.toFixed(4)));
    return { rows: rounded, dimension: engine.dimension, size: engine.inputSize, name: fingerprint.network, notices };
  }

  it("takes size and layout from the graph and an inner value as features", async () => {
    const file = write("planes.onnx", meanNetwork(["n", 3, size, size]));
    const found = await features({ file, output: "features", inputNormalisation: "none", inputChannels: "rgb" });
    expect(found).toEqual({
      rows: [red, green, blue, red / 2, green / 2, blue / 2],
      dimension: 3,
      size,
      name: "onnx features 4 nchw rgb none",
      notices: [],
    });
  });

  it("takes a value that is [n, d, 1, 1], and the only output where none is named", async () => {
    const file = write("planes.onnx", meanNetwork(["n", 3, size, size]));
    const options = { file, inputNormalisation: "unit", inputChannels: "rgb" } as const;
    expect((await features({ ...options, output: "last" })).dimension).toBe(3);
    const sum = (red + green + blue) / 255;
    expect((await features(options)).rows).toEqual([sum, sum / 2].map((value) => Number(value.toFixed(4))));
  });

  it("orders and normalises channels", async () => {
    const file = write("pixels.onnx", meanNetwork(["n", size, size, 3]));
    const found = await features({ file, output: "features", inputNormalisation: "symmetric", inputChannels: "bgr" });
    const expected = [blue, green, red].map((value) => Number((value / 127.5 - 1).toFixed(4)));
    expect(found.rows.slice(0, 3)).toEqual(expected);
    expect(found.name).toBe("onnx features 4 nhwc bgr symmetric");
  });

  it("feeds bytes to a network that takes bytes", async () => {
    const file = write("bytes.onnx", meanNetwork(["n", 3, size, size], "uint8"));
    const found = await features({ file, output: "features" });
    expect([found.rows.slice(0, 3), found.name]).toEqual([[red, green, blue], "onnx features 4 nchw rgb none"]);
    await expect(features({ file, output: "features", inputNormalisation: "unit" })).rejects.toThrow(
      /can only be none/,
    );
  });

  it("says what it assumed", async () => {
    const file = write("free.onnx", meanNetwork(["n", "c", "h", "w"]));
    const { notices } = await features({ file, output: "features", inputSize: size });
    expect(notices).toEqual([
      `Nothing says inputLayout, inputChannels, inputNormalisation of ${file}; assumed: 4 × 4, nchw, rgb, imagenet.`,
    ]);
  });

  it("reads the rest from the JSON beside it; options go first", async () => {
    const file = write("described.onnx", meanNetwork(["n", 3, size, size]));
    write("described.onnx.json", '{"output": "features", "inputChannels": "rgb", "inputNormalisation": "unit"}');
    expect((await features({ file })).name).toBe("onnx features 4 nchw rgb unit");
    expect((await features({ file, inputNormalisation: "none" })).name).toBe("onnx features 4 nchw rgb none");
    write("described.onnx.json", '{"outputs": "features"}');
    await expect(features({ file })).rejects.toThrow(/unknown outputs\. It may hold output, inputSize/);
    write("described.onnx.json", '{"inputLayout": "hwc"}');
    await expect(features({ file })).rejects.toThrow(/inputLayout: "hwc" is no such value/);
  });

  it.each<[string, Partial<OnnxNetworkOptions>, RegExp]>([
    ["an absent file", { file: "/nowhere/x.onnx" }, /^\/nowhere\/x\.onnx: the network can't be read/],
    ["an absent value", { output: "bogus" }, /computes no value named bogus\. Its outputs: sum/],
    ["a value that is no vector", { output: "planes" }, /planes is float32 \[1, 3, 4, 4\] for one image/],
    ["another normalisation", { inputNormalisation: "caffe" }, /^--input-normalisation: expected none, unit/],
  ])("refuses %s in its own words", async (_, options, message) => {
    const file = write("planes.onnx", meanNetwork(["n", 3, size, size]));
    await expect(features({ file, ...options })).rejects.toThrow(message);
  });

  it("refuses a file that is no ONNX, and other engines", async () => {
    const file = write("noise.onnx", "not a network");
    await expect(features({ file })).rejects.toThrow(/noise\.onnx: onnxruntime can't load it/);
    await expect(loadNetwork({ model: { file } }, { engine: "tfjs-wasm" })).rejects.toThrow(
      /needs --engine onnxruntime/,
    );
  });
});
