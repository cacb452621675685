import { env, InferenceSession, Tensor } from "onnxruntime-node";
import { mobileNetV2 } from "./architecture.ts";
import { checkPixels, type Engine, type EngineOptions } from "./engine.ts";
import { onnxInput, onnxModel, onnxOutput } from "./onnx-model.ts";

/** The default engine on a CPU. Its features are the same bits for every batch size and number of threads. */
export async function createOnnxruntimeEngine({ weights, threads = 1 }: EngineOptions): Promise<Engine> {
  // Threads are set explicitly because the default counts the host's cores, not the container's, and pins them.
  // Spinning would burn the cores that decode the next batch.
  const session = await InferenceSession.create(onnxModel(weights), {
    executionProviders: ["cpu"],
    graphOptimizationLevel: "all",
    executionMode: "sequential",
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    extra: { session: { intra_op: { allow_spinning: "0" }, inter_op: { allow_spinning: "0" } } },
  });
  const { inputSize, inputChannels } = mobileNetV2;
  return {
    name: "onnxruntime",
    version: env.versions.node ?? env.versions.common,
    precision: "float32",
    device: "cpu",
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
