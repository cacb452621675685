import { createTfjsNodeEngine } from "../../packages/vision/src/engine-tfjs-node.ts";
import { loadTensorflow } from "../../packages/vision/src/tensorflow-library.ts";
import { engineContract } from "../../packages/vision/test/engine-contract.ts";

engineContract("tfjs-node", {
  create: createTfjsNodeEngine,
  liveTensors: () => loadTensorflow("@tensorflow/tfjs-node", 1).backend().binding.getNumOfTensors(),
});
