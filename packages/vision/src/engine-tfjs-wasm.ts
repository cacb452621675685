import { createRequire } from "node:module";
import { dirname, sep } from "node:path";
import { setWasmPaths, version_wasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { type ConvolutionLayer, kernelShape, type Layer, mobileNetV2 } from "./architecture.ts";
import { checkPixels, type Engine, type EngineOptions } from "./engine.ts";
import { layerWeights, type Weights } from "./weights.ts";

interface LayerTensors {
  readonly kernel: tf.Tensor4D;
  readonly bias: tf.Tensor1D;
}

/** The engine without a native binary: WebAssembly with SIMD, one thread. */
export async function createTfjsWasmEngine({ weights }: EngineOptions): Promise<Engine> {
  await startBackend();
  const tensors = uploadWeights(weights);
  const { inputSize, inputChannels } = mobileNetV2;
  return {
    name: "tfjs-wasm",
    version: version_wasm,
    precision: "float32",
    device: "cpu",
    async inferBatch(pixels, n) {
      checkPixels(pixels, n);
      const input = tf.tensor4d(normalise(pixels), [n, inputSize, inputSize, inputChannels]);
      const features = tf.tidy(() => evaluate(input, tensors));
      try {
        // A copy: the backend's buffer is a view of WebAssembly memory that the next call may move.
        return Float32Array.from(features.dataSync<"float32">());
      } finally {
        tf.dispose([input, features]);
      }
    },
    async dispose() {
      for (const { kernel, bias } of tensors.values()) tf.dispose([kernel, bias]);
    },
  };
}

async function startBackend(): Promise<void> {
  if (tf.getBackend() === "wasm") return;
  // The binaries lie beside the package's entry; its own lookup goes by the current script, which a bundler moves.
  const entry = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
  setWasmPaths(dirname(entry) + sep);
  const before = new Set<unknown>([
    ...process.listeners("uncaughtException"),
    ...process.listeners("unhandledRejection"),
  ]);
  if (!(await tf.setBackend("wasm"))) throw new Error("tfjs-wasm: the WebAssembly backend did not start");
  await tf.ready();
  // Its loader listens for uncaught errors of the whole process only to throw them again, which hides where they arose.
  for (const listener of process.listeners("uncaughtException")) {
    if (!before.has(listener)) process.off("uncaughtException", listener);
  }
  for (const listener of process.listeners("unhandledRejection")) {
    if (!before.has(listener)) process.off("unhandledRejection", listener);
  }
}

function uploadWeights(weights: Weights): ReadonlyMap<string, LayerTensors> {
  const convolutions = mobileNetV2.layers.filter((layer) => layer.kind === "conv" || layer.kind === "depthwise");
  return new Map(
    convolutions.map((layer) => {
      const { kernel, bias } = layerWeights(weights, layer.name);
      return [layer.name, { kernel: tf.tensor4d(kernel, [...kernelShape(layer)]), bias: tf.tensor1d(bias) }];
    }),
  );
}

/** `v / divisor + offset` in single precision with a rounding after each step, as Keras computes it. */
const normalised = Float32Array.from({ length: 256 }, (_, value) => {
  const { divisor, offset } = mobileNetV2.normalisation;
  return Math.fround(value / divisor) + offset;
});

function normalise(pixels: Uint8Array): Float32Array {
  const values = new Float32Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) values[i] = normalised[pixels[i]];
  return values;
}

function evaluate(image: tf.Tensor4D, tensors: ReadonlyMap<string, LayerTensors>): tf.Tensor {
  const values = new Map<string, tf.Tensor>([[mobileNetV2.inputName, image]]);
  const readers = countReaders(mobileNetV2.layers);
  const read = (name: string): tf.Tensor => values.get(name)!;
  let last: tf.Tensor = image;
  for (const layer of mobileNetV2.layers) {
    last = apply(layer, read, tensors);
    values.set(layer.name, last);
    // Each activation goes as soon as its last reader ran, or a batch of 32 would hold all of them: 800 MB.
    for (const name of inputsOf(layer)) {
      const left = readers.get(name)! - 1;
      readers.set(name, left);
      if (left === 0 && name !== mobileNetV2.inputName) read(name).dispose();
    }
  }
  return last;
}

function apply(layer: Layer, read: (name: string) => tf.Tensor, tensors: ReadonlyMap<string, LayerTensors>): tf.Tensor {
  if (layer.kind === "add") return tf.add(read(layer.inputs[0]), read(layer.inputs[1]));
  if (layer.kind === "globalAverage") return tf.mean(read(layer.input), [1, 2]);
  return convolve(layer, read(layer.input) as tf.Tensor4D, tensors.get(layer.name)!);
}

function convolve(layer: ConvolutionLayer, x: tf.Tensor4D, { kernel, bias }: LayerTensors): tf.Tensor4D {
  const convolution = layer.kind === "conv" ? tf.fused.conv2d : tf.fused.depthwiseConv2d;
  // The architecture's paddings are TensorFlow's 'same', which tfjs computes alike.
  return convolution({ x, filter: kernel, bias, strides: layer.stride, pad: "same", activation: layer.activation });
}

const inputsOf = (layer: Layer): readonly string[] => (layer.kind === "add" ? layer.inputs : [layer.input]);

function countReaders(layers: readonly Layer[]): Map<string, number> {
  const readers = new Map<string, number>();
  for (const name of layers.flatMap(inputsOf)) readers.set(name, (readers.get(name) ?? 0) + 1);
  return readers;
}
