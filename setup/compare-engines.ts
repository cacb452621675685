// Child of verify-engine.ts: one line of JSON, an `EngineComparison`.
import {
  createEngine,
  type Engine,
  type EngineName,
  findGpus,
  loadTensorflow,
  pixelLength,
  untrainedWeights,
} from "@pomona/vision";

export type EngineComparison =
  | { readonly version: string; readonly device: string; readonly difference: number; readonly against: string }
  /** The library loads, and there is nothing that it could compute on. */
  | { readonly loads: string }
  | { readonly reason: string };

const weights = untrainedWeights();
const pixels = Uint8Array.from({ length: pixelLength }, (_, index) => (index * 7919) >>> 5);

async function compare(name: EngineName): Promise<EngineComparison> {
  if (name === "tfjs-node-gpu" && findGpus().length === 0) {
    const { TF_Version } = loadTensorflow("@tensorflow/tfjs-node-gpu", 1).backend().binding;
    return { loads: `libtensorflow ${TF_Version}` };
  }
  const engine = await createEngine({ engine: name, weights });
  const other = await createEngine({ weights, device: "cpu" });
  const [got, expected] = [await infer(engine), await infer(other)];
  const difference = Math.max(...got.map((value, i) => Math.abs(value - (expected[i] ?? Number.NaN))));
  return { version: engine.version, device: engine.device, difference, against: other.name };
}

const infer = (engine: Engine): Promise<Float32Array> => engine.inferBatch(pixels, 1);

const found = await compare(process.argv[2] as EngineName).catch((error: Error) => ({ reason: error.message }));
console.log(JSON.stringify(found));
