import { featureLength, mobileNetV2, pixelLength } from "./architecture.ts";
import { checkPixels, type Engine, type EngineOptions, mobileNetShape } from "./engine.ts";
import { tensorflowGraph, tensorflowInput, tensorflowOutput } from "./tensorflow-graph.ts";
import { loadTensorflow, type TensorflowPackage } from "./tensorflow-library.ts";
import { TensorflowSession } from "./tensorflow-session.ts";

/** TensorFlow's C library on the CPU, by TensorFlow.js: the reference engine. */
export function createTfjsNodeEngine(options: EngineOptions): Promise<Engine> {
  return createTensorflowEngine("@tensorflow/tfjs-node", options);
}

/** The same on an NVIDIA GPU. Rejects where TensorFlow finds none: it would compute on the CPU without a word. */
export function createTfjsNodeGpuEngine(options: EngineOptions): Promise<Engine> {
  return createTensorflowEngine("@tensorflow/tfjs-node-gpu", options);
}

async function createTensorflowEngine(name: TensorflowPackage, options: EngineOptions): Promise<Engine> {
  const { weights, threads = 1 } = options;
  const library = loadTensorflow(name, threads);
  const { binding, isUsingGpuDevice } = library.backend();
  if (name === "@tensorflow/tfjs-node-gpu" && !isUsingGpuDevice) {
    throw new Error("TensorFlow finds no GPU that it can use");
  }
  const ends = { input: tensorflowInput, output: tensorflowOutput };
  const session = await TensorflowSession.open(binding, { graph: tensorflowGraph(weights), ...ends });
  const { inputSize, inputChannels } = mobileNetV2;
  const infer = (pixels: Uint8Array, n: number) => session.run(pixels, [n, inputSize, inputSize, inputChannels]);
  return {
    ...mobileNetShape,
    name: name === "@tensorflow/tfjs-node" ? "tfjs-node" : "tfjs-node-gpu",
    version: `${library.version["tfjs-node"]} on libtensorflow ${binding.TF_Version}`,
    precision: "float32",
    device: isUsingGpuDevice ? "gpu" : "cpu",
    async inferBatch(pixels, n) {
      checkPixels(pixels, n);
      return isUsingGpuDevice ? infer(pixels, n) : oneByOne(pixels, n, infer);
    },
    async dispose() {
      session.close();
    },
  };
}

/**
 * On a CPU more images a call are no faster, and the library chooses its kernels by their number: one image a call has
 * the same features whichever others it comes with.
 */
function oneByOne(pixels: Uint8Array, n: number, infer: (pixels: Uint8Array, n: number) => Float32Array): Float32Array {
  const rows = new Float32Array(n * featureLength);
  for (let i = 0; i < n; i++) {
    rows.set(infer(pixels.subarray(i * pixelLength, (i + 1) * pixelLength), 1), i * featureLength);
  }
  return rows;
}
