import { memory } from "@tensorflow/tfjs-core";
import { createTfjsWasmEngine } from "../../packages/vision/src/engine-tfjs-wasm.ts";
import { engineContract } from "../../packages/vision/test/engine-contract.ts";

engineContract("tfjs-wasm", { create: createTfjsWasmEngine, liveTensors: () => memory().numTensors });
