import { describe, expect, it } from "vitest";
import { type EngineRequest, engineCandidates } from "../src/engine-choice.ts";
import { parseGpus } from "../src/gpus.ts";

const twoGpus = parseGpus("0, GPU-0, NVIDIA H100, 81559, 81008, 570.1\n1, GPU-1, NVIDIA L4, 23034, 22000, 570.1\n");

const choose = (request: EngineRequest, gpus = twoGpus): string[] =>
  engineCandidates(request, () => gpus).map(({ name, gpu }) => `${name} on ${gpu === undefined ? "cpu" : gpu.uuid}`);

describe("engineCandidates", () => {
  it("takes the fastest engine of the CPU where there is no GPU", () => {
    expect(choose({}, [])).toEqual(["onnxruntime on cpu", "tfjs-wasm on cpu"]);
    expect(choose({ engine: "tfjs-node" }, [])).toEqual(["tfjs-node on cpu"]);
    expect(choose({ engine: "onnxruntime" }, [])).toEqual(["onnxruntime on cpu"]);
  });

  it("prefers a GPU that is there", () => {
    expect(choose({})).toEqual([
      "tfjs-node-gpu on GPU-0",
      "onnxruntime on GPU-0",
      "onnxruntime on cpu",
      "tfjs-wasm on cpu",
    ]);
    expect(choose({ engine: "onnxruntime" })).toEqual(["onnxruntime on GPU-0", "onnxruntime on cpu"]);
    expect(choose({ engine: "tfjs-node-gpu" })).toEqual(["tfjs-node-gpu on GPU-0"]);
  });

  it("takes the device that is asked for and no other", () => {
    expect(choose({ device: "cpu" })).toEqual(["onnxruntime on cpu", "tfjs-wasm on cpu"]);
    expect(choose({ device: "gpu" })).toEqual(["tfjs-node-gpu on GPU-0", "onnxruntime on GPU-0"]);
    expect(choose({ device: "gpu:1", engine: "onnxruntime" })).toEqual(["onnxruntime on GPU-1"]);
  });

  it.each<[EngineRequest, RegExp]>([
    [{ device: "gpu" }, /^--device gpu needs an NVIDIA GPU, and there is no NVIDIA GPU here.*--device cpu/],
    [{ device: "gpu:1", engine: "onnxruntime" }, /^--device gpu:1 needs an NVIDIA GPU/],
    [{ engine: "tfjs-node-gpu" }, /^Engine tfjs-node-gpu needs an NVIDIA GPU/],
  ])("refuses %j where there is none", (request, message) => {
    expect(() => choose(request, [])).toThrow(message);
  });

  it("names the GPUs that there are where another is asked for", () => {
    expect(() => choose({ device: "gpu:2" })).toThrow(
      "--device gpu:2 needs a GPU that is not there: gpu:0 is NVIDIA H100, gpu:1 is NVIDIA L4.",
    );
  });

  it.each<[EngineRequest, string]>([
    [{ engine: "tfjs-wasm", device: "gpu" }, "Engine tfjs-wasm computes on the CPU only."],
    [{ engine: "tfjs-node", device: "gpu:1" }, "For --device gpu:1 use --engine tfjs-node-gpu or onnxruntime."],
    [{ engine: "tfjs-node-gpu", device: "cpu" }, "Engine tfjs-node-gpu computes on the GPU only."],
  ])("refuses %j, which contradicts itself", (request, message) => {
    for (const gpus of [twoGpus, []]) expect(() => choose(request, gpus)).toThrow(message);
  });
});
