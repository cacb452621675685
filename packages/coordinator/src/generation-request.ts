import { decodeGenerationRequest, encodeJson, type GenerationRequest, type ObjectStore, runLayout } from "@pomona/core";

/** What makes one generation another than the next: the options, and a model that is applied instead of fitting one. */
export type RequestedModel = Pick<GenerationRequest, "model" | "given">;

/** What generation `generation` of a run is to make of its shards. */
export async function readGenerationRequest(
  out: ObjectStore,
  run: string,
  generation: number,
): Promise<GenerationRequest> {
  const key = runLayout(run).generation(generation).request;
  return decodeGenerationRequest(await out.get(key), key);
}

/** All that was requested as options, for comparing. A given model is what it holds, wherever it is from. */
export function modelOptionsOf({ model, given }: RequestedModel): Readonly<Record<string, unknown>> {
  return given === undefined ? model : { ...model, model: given.bundle };
}

/**
 * Writes down a request under the first free number from `from` on, and returns that number. A number that is taken
 * was asked for by a process that never came to log it: it is left out, since that process may still be there.
 */
export async function requestGeneration(
  out: ObjectStore,
  run: string,
  from: number,
  request: Pick<GenerationRequest, "model" | "given" | "retry" | "layers">,
): Promise<number> {
  for (let generation = from; ; generation++) {
    const file: GenerationRequest = { name: "pomona.generation", version: 1, generation, ...request };
    const key = runLayout(run).generation(generation).request;
    if ((await out.putIfAbsent(key, encodeJson(file))) === "created") return generation;
  }
}
