import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** One of the two npm packages around libtensorflow, and where its library comes from on PyPI. */
export interface Flavour {
  readonly engine: "tfjs-node" | "tfjs-node-gpu";
  readonly package: "@tensorflow/tfjs-node" | "@tensorflow/tfjs-node-gpu";
  /** Name of the wheel's project on PyPI. */
  readonly wheel: "tensorflow-cpu" | "tensorflow";
  /** The extra whose requirements named `nvidia-*` are the CUDA libraries. */
  readonly cudaExtra?: "and-cuda";
}

export const flavours = {
  cpu: { engine: "tfjs-node", package: "@tensorflow/tfjs-node", wheel: "tensorflow-cpu" },
  gpu: {
    engine: "tfjs-node-gpu",
    package: "@tensorflow/tfjs-node-gpu",
    wheel: "tensorflow",
    cudaExtra: "and-cuda",
  },
} satisfies Record<string, Flavour>;

/** The release whose C API the binding was tried with. */
export const tensorflowVersion = "2.21.0";

/** Where the package's binary goes; its own loader looks there. */
export const bindingFolder = join("lib", "napi-v8");
export const bindingFile = "tfjs_binding.node";

/** Folder of the package; it is a dependency of @pomona/vision. */
export function packageFolder(name: string): string {
  const from = createRequire(new URL("../packages/vision/package.json", import.meta.url));
  try {
    return dirname(from.resolve(`${name}/package.json`));
  } catch (cause) {
    throw new Error(`${name} is not installed. Run npm ci first; it is an optional dependency.`, { cause });
  }
}
