import { writeFile } from "node:fs/promises";
import { loadWeights } from "@pomona/vision";
// Not part of the package's public face: only the engine and this need the bytes of the graph.
import { onnxModel } from "../packages/vision/src/onnx-model.ts";

/** Writes the network that Pomona runs as an ONNX file. */
export async function exportOnnx(weights: string, file: string): Promise<void> {
  await writeFile(file, onnxModel(await loadWeights(weights)));
}
