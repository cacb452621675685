import { memory } from "@tensorflow/tfjs-core";
import { createTfjsWasmEngine } from "../src/engine-tfjs-wasm.ts";
import { engineContract } from "./engine-contract.ts";

engineContract("tfjs-wasm", { create: createTfjsWasmEngine, liveTensors: () => memory().numTensors });
