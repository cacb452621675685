import { Tensor } from "onnxruntime-node";
import { mobileNetV2 } from "./architecture.ts";
import { checkPixels, type Engine, type EngineOptions, mobileNetShape } from "./engine.ts";
import { onnxInput, onnxModel, onnxOutput } from "./onnx-model.ts";
import { createOnnxSession, onnxruntimeVersion } from "./onnx-session.ts";

/**
 * The default engine on a CPU: there its features are the same bits for every batch size and number of threads. On a GPU
 * it needs a binary with the CUDA provider, which `npm ci` does not install.
 */
export async function createOnnxruntimeEngine({ weights, threads = 1, gpu = false }: EngineOptions): Promise<Engine> {
  const session = await createOnnxSession(onnxModel(weights), { threads, gpu });
  const { inputSize, inputChannels } = mobileNetV2;
  return {
    ...mobileNetShape,
    name: "onnxruntime",
    version: onnxruntimeVersion,
    precision: "float32",
    device: gpu ? "gpu" : "cpu",
    async inferBatch(pixels, n) {
      checkPixels(pixels, n);
      const input = new Tensor("uint8", pixels, [n, inputSize, inputSize, inputChannels]);
      const output = (await session.run({ [onnxInput]: input }))[onnxOutput];
      if (!(output?.data instanceof Float32Array)) throw new Error("onnxruntime: features are not float32");
      return output.data;
    },
    dispose: () => session.release(),
  };
}
