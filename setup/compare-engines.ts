// Child of verify-engine.ts: one line of JSON, an `EngineComparison`.
import { createEngine, type Engine, type EngineName, pixelLength, untrainedWeights } from "@pomona/vision";

export type EngineComparison =
  | { readonly version: string; readonly device: string; readonly difference: number; readonly against: string }
  | { readonly reason: string };

const weights = untrainedWeights();
const pixels = Uint8Array.from({ length: pixelLength }, (_, index) => (index * 7919) >>> 5);

async function compare(name: EngineName): Promise<EngineComparison> {
  const engine = await createEngine({ engine: name, weights }).catch((error: Error) => error);
  if (engine instanceof Error) return { reason: engine.message };
  const other = await createEngine({ weights });
  const [got, expected] = [await infer(engine), await infer(other)];
  const difference = Math.max(...got.map((value, i) => Math.abs(value - (expected[i] ?? Number.NaN))));
  return { version: engine.version, device: engine.device, difference, against: other.name };
}

const infer = (engine: Engine): Promise<Float32Array> => engine.inferBatch(pixels, 1);

console.log(JSON.stringify(await compare(process.argv[2] as EngineName)));
