import { memory } from "@tensorflow/tfjs-core";
import { createTfjsNodeEngine } from "../../packages/vision/src/engine-tfjs-node.ts";
import { engineContract } from "../../packages/vision/test/engine-contract.ts";

engineContract("tfjs-node", { create: createTfjsNodeEngine, liveTensors: () => memory().numTensors });
