import {
  decodeGenerationRequest,
  encodeJson,
  type GenerationRequest,
  type ModelConfig,
  type ObjectStore,
  runLayout,
} from "@pomona/core";

/** What generation `generation` of a run is to make of its shards. */
export async function requestedModel(out: ObjectStore, run: string, generation: number): Promise<ModelConfig> {
  const key = runLayout(run).generation(generation).request;
  return decodeGenerationRequest(await out.get(key), key).model;
}

/**
 * Writes down a request under the first free number from `from` on, and returns that number. A number that is taken
 * was asked for by a process that never came to log it: it is left out, since that process may still be there.
 */
export async function requestGeneration(
  out: ObjectStore,
  run: string,
  from: number,
  model: ModelConfig,
): Promise<number> {
  for (let generation = from; ; generation++) {
    const request: GenerationRequest = { name: "pomona.generation", version: 1, generation, model };
    const key = runLayout(run).generation(generation).request;
    if ((await out.putIfAbsent(key, encodeJson(request))) === "created") return generation;
  }
}
