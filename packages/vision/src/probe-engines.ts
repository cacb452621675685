import { pixelLength } from "./architecture.ts";
import { createEngine, type EngineName, engineNames } from "./engine-table.ts";
import { untrainedWeights } from "./untrained-weights.ts";

export interface EngineProbe {
  readonly name: EngineName;
  readonly runs: boolean;
  /** Of the library, where the engine runs. */
  readonly version?: string;
  readonly imagesPerSecond?: number;
  /** Why it does not run here, with the remedy. */
  readonly reason?: string;
}

export interface ProbeOptions {
  /** Default all that are known. */
  readonly names?: readonly EngineName[];
  readonly threads?: number;
  /** Images per call, default 4. */
  readonly inferBatch?: number;
  /** Seconds to measure each engine for, default 1. */
  readonly seconds?: number;
}

/** Which engines really evaluate the network here, found by doing it, one after the other, on a random network. */
export async function probeEngines({
  names = engineNames,
  threads = 1,
  inferBatch = 4,
  seconds = 1,
}: ProbeOptions = {}): Promise<EngineProbe[]> {
  const weights = untrainedWeights();
  const pixels = Uint8Array.from({ length: inferBatch * pixelLength }, (_, index) => (index * 7919) >>> 5);
  const probes: EngineProbe[] = [];
  for (const name of names) {
    try {
      const engine = await createEngine({ engine: name, weights, threads });
      // The first call allocates; it is no measure of the others.
      await engine.inferBatch(pixels, inferBatch);
      const start = performance.now();
      let images = 0;
      let elapsed = 0;
      while (elapsed < seconds) {
        await engine.inferBatch(pixels, inferBatch);
        images += inferBatch;
        elapsed = (performance.now() - start) / 1000;
      }
      probes.push({ name, runs: true, version: engine.version, imagesPerSecond: images / elapsed });
      await engine.dispose();
    } catch (error) {
      probes.push({ name, runs: false, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return probes;
}
