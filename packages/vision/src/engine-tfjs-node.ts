import * as tf from "@tensorflow/tfjs-core";
import { featureLength, mobileNetV2, pixelLength } from "./architecture.ts";
import { checkPixels, type Engine, type EngineOptions, mobileNetShape } from "./engine.ts";
import { loadTensorflow, type TensorflowBackend, type TensorflowPackage } from "./tensorflow-library.ts";
import { TfjsNetwork } from "./tfjs-network.ts";

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
  await useBackend();
  const backend = library.backend();
  if (name === "@tensorflow/tfjs-node-gpu" && !backend.isUsingGpuDevice) {
    throw new Error("TensorFlow finds no GPU that it can use");
  }
  const network = new TfjsNetwork(weights);
  return {
    ...mobileNetShape,
    name: name === "@tensorflow/tfjs-node" ? "tfjs-node" : "tfjs-node-gpu",
    version: `${library.version["tfjs-node"]} on libtensorflow ${backend.binding.TF_Version}`,
    precision: "float32",
    device: backend.isUsingGpuDevice ? "gpu" : "cpu",
    async inferBatch(pixels, n) {
      checkPixels(pixels, n);
      await useBackend();
      return backend.isUsingGpuDevice ? infer(pixels, n) : inPieces(pixels, n, infer);
    },
    async dispose() {
      network.dispose();
    },
  };

  function infer(pixels: Uint8Array, n: number): Float32Array {
    const image = tf.tidy(() => normalise(upload(pixels, n, backend)));
    const features = network.evaluate(image);
    try {
      return features.dataSync<"float32">();
    } finally {
      tf.dispose([image, features]);
    }
  }
}

/** Activations of more images at a time than these leave a core's caches: half the speed (8 instead of 4 images). */
const piece = 4;

function inPieces(pixels: Uint8Array, n: number, infer: (pixels: Uint8Array, n: number) => Float32Array): Float32Array {
  const rows = new Float32Array(n * featureLength);
  for (let from = 0; from < n; from += piece) {
    const count = Math.min(piece, n - from);
    rows.set(infer(pixels.subarray(from * pixelLength, (from + count) * pixelLength), count), from * featureLength);
  }
  return rows;
}

/** Another engine of tfjs in the same process may have made its own backend the current one. */
async function useBackend(): Promise<void> {
  if (tf.getBackend() !== "tensorflow" && !(await tf.setBackend("tensorflow"))) {
    throw new Error("tfjs-node: the TensorFlow backend did not start");
  }
}

/** Bytes become floats on the device: a GPU is sent a quarter of the data. TensorFlow.js itself has no bytes. */
function upload(pixels: Uint8Array, n: number, backend: TensorflowBackend): tf.Tensor4D {
  const { binding } = backend;
  const { inputSize, inputChannels } = mobileNetV2;
  const bytes = binding.createTensor([n, inputSize, inputSize, inputChannels], binding.TF_UINT8, pixels);
  try {
    const types = [
      { name: "SrcT", type: binding.TF_ATTR_TYPE, value: binding.TF_UINT8 },
      { name: "DstT", type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
      { name: "Truncate", type: binding.TF_ATTR_BOOL, value: false },
    ];
    return backend.createOutputTensor(binding.executeOp("Cast", types, [bytes], 1)[0]) as tf.Tensor4D;
  } finally {
    binding.deleteTensor(bytes);
  }
}

function normalise(values: tf.Tensor4D): tf.Tensor4D {
  const { divisor, offset } = mobileNetV2.normalisation;
  return tf.add(tf.div(values, divisor), offset);
}
