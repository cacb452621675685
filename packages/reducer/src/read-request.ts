import { decodeGenerationRequest, type GenerationRequest, type OpenRun, runLayout } from "@pomona/core";

/** What a generation is to make of the run's shards. */
export async function readGenerationRequest({ file, out }: OpenRun, generation: number): Promise<GenerationRequest> {
  const key = runLayout(file.run).generation(generation).request;
  return decodeGenerationRequest(await out.get(key), key);
}
