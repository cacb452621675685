import { env, InferenceSession, listSupportedBackends } from "onnxruntime-node";
import { setNativeEnvironment } from "./native-environment.ts";

export const onnxruntimeVersion: string = env.versions.node ?? env.versions.common;

export interface SessionOptions {
  readonly threads: number;
  /** On the GPU that this process was left with, see `claimGpu`. */
  readonly gpu: boolean;
}

/** A session on one device. On the CPU its results are the same bits for every number of threads. */
export function createOnnxSession(model: Uint8Array, { threads, gpu }: SessionOptions): Promise<InferenceSession> {
  if (gpu) requireCuda();
  // Threads are set explicitly because the default counts the host's cores, not the container's, and pins them.
  // Spinning would burn the cores that decode the next batch.
  return InferenceSession.create(model, {
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
