import { env, InferenceSession, listSupportedBackends, Tensor } from "onnxruntime-node";
import { mobileNetV2 } from "./architecture.ts";
import { checkPixels, type Engine, type EngineOptions } from "./engine.ts";
import { setNativeEnvironment } from "./native-environment.ts";
import { onnxInput, onnxModel, onnxOutput } from "./onnx-model.ts";

/**
 * The default engine on a CPU: there its features are the same bits for every batch size and number of threads. On a GPU
 * it needs a binary with the CUDA provider, which `npm ci` does not install.
 */
export async function createOnnxruntimeEngine({ weights, threads = 1, gpu = false }: EngineOptions): Promise<Engine> {
  if (gpu) requireCuda();
  // Threads are set explicitly because the default counts the host's cores, not the container's, and pins them.
  // Spinning would burn the cores that decode the next batch.
  const session = await InferenceSession.create(onnxModel(weights), {
    executionProviders: gpu ? [cudaProvider] : ["cpu"],
    graphOptimizationLevel: "all",
    executionMode: "sequential",
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    extra: {
      session: {
        intra_op: { allow_spinning: "0" },
        inter_op: { allow_spinning: "0" },
        // An operation that the GPU cannot do is an error then, not a silent way over the CPU.
        disable_cpu_ep_fallback: gpu ? "1" : "0",
      },
    },
  });
  const { inputSize, inputChannels } = mobileNetV2;
  return {
    name: "onnxruntime",
    version: env.versions.node ?? env.versions.common,
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

/** The only GPU that the process sees. Memory grows as it is needed, and is not doubled at each step. */
const cudaProvider = { name: "cuda", deviceId: 0, arenaExtendStrategy: "kSameAsRequested" } as const;

function requireCuda(): void {
  if (!listSupportedBackends().some(({ name }) => name === "cuda")) {
    throw new Error("the installed onnxruntime-node has no CUDA provider");
  }
  // Float32 as it is, not with TF32's 10-bit mantissas: features would differ in the third digit.
  setNativeEnvironment({ NVIDIA_TF32_OVERRIDE: "0" });
}
