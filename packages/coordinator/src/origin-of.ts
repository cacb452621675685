import { decodeDrift, decodeFreshImages, type ObjectStore, type RunFile, runLayout, type Success } from "@pomona/core";
import { readGenerationRequest } from "./generation-request.ts";

/** What of a result was not made by its run: the model, or features of an earlier run. */
export async function originOf({
  out,
  file,
  generation,
  listed,
}: {
  readonly out: ObjectStore;
  readonly file: RunFile;
  readonly generation: number;
  readonly listed: number;
}): Promise<Pick<Success, "modelFrom" | "update">> {
  const names = runLayout(file.run);
  const { given } = await readGenerationRequest(out, file.run, generation);
  const model = given === undefined ? {} : { modelFrom: given.from };
  if (file.update === undefined) return model;
  let fresh = 0;
  for await (const { key } of out.list({ prefix: names.freshBatches })) {
    fresh += decodeFreshImages(await out.get(key), key).images.length;
  }
  const driftKey = names.generation(generation).drift;
  const drift = decodeDrift(await out.get(driftKey), driftKey);
  return { ...model, update: { from: file.update.from, reused: listed - fresh, drift } };
}
