import { createOnnxruntimeEngine } from "../../packages/vision/src/engine-onnxruntime.ts";
import { engineContract } from "../../packages/vision/test/engine-contract.ts";

engineContract("onnxruntime", { create: createOnnxruntimeEngine });
