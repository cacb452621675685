import { z } from "zod";
import { PomonaError } from "./errors.ts";
import { runLayout } from "./layout.ts";
import type { ObjectStore } from "./object-store.ts";
import { parseJson } from "./parse-json.ts";
import { decodeGenerationRequest, encodeJson, type GenerationRequest } from "./run-file.ts";

const retried = z.strictObject({
  name: z.literal("pomona.retried"),
  version: z.literal(1),
  generation: z.number(),
  batches: z.array(z.number()),
});

/** The images that one generation tried again: which batches have a retried shard of it. */
export interface RetriedLayer {
  readonly generation: number;
  readonly batches: ReadonlySet<number>;
}

/** `g<g>/retried.json`: written before the first retry of the generation, so that readers need not believe a listing. */
export function encodeRetried(generation: number, batches: readonly number[]): Uint8Array {
  return encodeJson({ name: "pomona.retried", version: 1, generation, batches });
}

/** The generations whose retried images count in this one, ascending: the last one decides. */
export function layersOf({ generation, retry, layers }: GenerationRequest): number[] {
  return retry === undefined ? layers : [...layers, generation];
}

/** What was tried again up to a generation, in the order in which it counts. Throws {@link PomonaError}, or as the store does. */
export async function readRetriedLayers(out: ObjectStore, run: string, generation: number): Promise<RetriedLayer[]> {
  // There is nothing to try again before the first one is made.
  if (generation === 1) return [];
  const names = runLayout(run);
  const { request } = names.generation(generation);
  const layers = layersOf(decodeGenerationRequest(await out.get(request), request));
  return Promise.all(layers.map((layer) => readLayer(out, names.generation(layer).retried, layer)));
}

async function readLayer(out: ObjectStore, key: string, generation: number): Promise<RetriedLayer> {
  const { data } = retried.safeParse(parseJson(await out.get(key)));
  if (data?.generation === generation) return { generation, batches: new Set(data.batches) };
  throw new PomonaError("unreadable-file", `${key} is no list of retried batches that this version reads`, {
    remedy: "Use the version of Pomona that wrote it, or start again with --overwrite.",
  });
}
