import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import util from "node:util";
import { setNativeEnvironment } from "./native-environment.ts";

/** The npm packages around TensorFlow's C library. Neither has its binary after `npm ci`: `npm run setup:tfjs` makes it. */
export type TensorflowPackage = "@tensorflow/tfjs-node" | "@tensorflow/tfjs-node-gpu";

/** What of tfjs-node 4.22 is used. Declared here, as the package may not be installed. */
export interface TensorflowBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: TensorflowBinding;
}

/** Its native part. Tensors and graphs are numbers there, and live until they are deleted. */
export interface TensorflowBinding {
  readonly TF_Version: string;
  readonly TF_UINT8: number;
  createTensor(shape: readonly number[], dtype: number, values: Uint8Array): number;
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array;
  deleteTensor(id: number): void;
  getNumOfTensors(): number;
  /** The graph with these tags, separated by commas, in a folder. */
  loadSavedModel(folder: string, tags: string): number;
  /** Names of inputs and outputs are `node:number`, separated by commas. */
  runSavedModel(
    graph: number,
    inputs: readonly number[],
    inputNames: string,
    outputNames: string,
  ): { readonly id: number }[];
  deleteSavedModel(graph: number): void;
}

interface TensorflowModule {
  readonly version: Readonly<Record<string, string>>;
  backend(): TensorflowBackend;
}

const require = createRequire(import.meta.url);

/** Whether the package is there with its binary; whether that loads is another question. */
export function isTensorflowSetUp(name: TensorflowPackage): boolean {
  const manifest = `${name}/package.json`;
  try {
    return existsSync(join(dirname(require.resolve(manifest)), "lib", "napi-v8", "tfjs_binding.node"));
  } catch {
    return false;
  }
}

/**
 * Loads TensorFlow into this process, for life; its settings are those of the first call.
 *
 * @param threads of one operation
 * @throws Error where the package or its binary is missing, or the binary does not load
 */
export function loadTensorflow(name: TensorflowPackage, threads: number): TensorflowModule {
  if (!isTensorflowSetUp(name)) throw new Error("not set up");
  setNativeEnvironment({
    TF_NUM_INTRAOP_THREADS: String(threads),
    // The network is a chain: there is never a second operation to do beside the first.
    TF_NUM_INTEROP_THREADS: "1",
    // The default on x64 only. Twice as fast.
    TF_ENABLE_ONEDNN_OPTS: "1",
    // Its greetings go to standard error, errors still do.
    TF_CPP_MIN_LOG_LEVEL: "2",
    ...gpuSettings,
  });
  restoreUtil();
  return require(name) as TensorflowModule;
}

const gpuSettings = {
  // Takes memory as it needs it, instead of all that the GPU has: others may use it too.
  TF_FORCE_GPU_ALLOW_GROWTH: "true",
  // Since Ampere, float32 products are made of 10-bit mantissas unless told otherwise: features would differ in the third digit.
  NVIDIA_TF32_OVERRIDE: "0",
};

/** Node 23 removed functions from `util` that tfjs-node 4.22 calls. */
function restoreUtil(): void {
  const missing: Record<string, unknown> = {
    isArray: Array.isArray,
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
  };
  for (const [name, value] of Object.entries(missing)) {
    if (!(name in util)) Object.defineProperty(util, name, { value, configurable: true, writable: true });
  }
}
