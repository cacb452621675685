import { createRequire } from "node:module";
import { dirname, sep } from "node:path";
import { setWasmPaths, version_wasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { mobileNetV2 } from "./architecture.ts";
import { checkPixels, type Engine, type EngineOptions, mobileNetShape } from "./engine.ts";
import { TfjsNetwork } from "./tfjs-network.ts";

/** The engine without a native binary: WebAssembly with SIMD, one thread. */
export async function createTfjsWasmEngine({ weights }: EngineOptions): Promise<Engine> {
  await startBackend();
  const network = new TfjsNetwork(weights);
  const { inputSize, inputChannels } = mobileNetV2;
  return {
    ...mobileNetShape,
    name: "tfjs-wasm",
    version: version_wasm,
    precision: "float32",
    device: "cpu",
    async inferBatch(pixels, n) {
      checkPixels(pixels, n);
      const input = tf.tensor4d(normalise(pixels), [n, inputSize, inputSize, inputChannels]);
      const features = network.evaluate(input);
      try {
        // A copy: the backend's buffer is a view of WebAssembly memory that the next call may move.
        return Float32Array.from(features.dataSync<"float32">());
      } finally {
        tf.dispose([input, features]);
      }
    },
    async dispose() {
      network.dispose();
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
