import { chooseInferBatch, gpuBatchSizes, measureInferBatch } from "./choose-infer-batch.ts";
import { createEngine } from "./engine-table.ts";
import type { EngineProbe, ProbeRequest } from "./probe-engines.ts";
import { untrainedWeights } from "./untrained-weights.ts";

/** Entry of a process that `probeEngines` starts for one engine: answers with one `EngineProbe` and ends. */
async function probe(request: ProbeRequest): Promise<EngineProbe> {
  const { name, device = "auto", threads = 1, inferBatch, seconds = 1 } = request;
  try {
    const engine = await createEngine({ engine: name, device, weights: untrainedWeights(), threads });
    const sizes = inferBatch === undefined ? (engine.device === "gpu" ? gpuBatchSizes : [4]) : [inferBatch];
    const rates = await measureInferBatch(engine, { sizes, seconds: seconds / sizes.length });
    return { name, runs: true, version: engine.version, device: engine.device, ...chooseInferBatch(rates) };
  } catch (error) {
    return { name, runs: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

const answer = await probe(JSON.parse(process.argv[2] ?? "{}") as ProbeRequest);
process.send?.(answer, undefined, undefined, () => process.disconnect());
