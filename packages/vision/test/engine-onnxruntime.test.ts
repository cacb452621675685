import { createOnnxruntimeEngine } from "../src/engine-onnxruntime.ts";
import { engineContract } from "./engine-contract.ts";

engineContract("onnxruntime", { create: createOnnxruntimeEngine });
