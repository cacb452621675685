import { type Batch, encodeJson, type FreshImages, type ObjectStore } from "@pomona/core";
import type { Candidate } from "./retried-images.ts";

/** The images of a batch, with the features that an earlier run computed of some. */
export function allOf({ images }: Batch, earlier: ReadonlyMap<number, Float32Array> | undefined): Candidate[] {
  return images.map((image, index) => {
    const known = earlier?.get(index);
    return { index, image, ...(known && { known }) };
  });
}

/** Which images could not be taken over. Before the shard, so that whoever has that knows. */
export async function putFresh(out: ObjectStore, key: string, candidates: readonly Candidate[]): Promise<void> {
  const images = candidates.filter(({ known }) => known === undefined).map(({ index }) => index);
  const fresh: FreshImages = { name: "pomona.fresh", version: 1, images };
  if (images.length > 0) await out.putIfAbsent(key, encodeJson(fresh));
}
