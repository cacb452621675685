import {
  type Drift,
  type DriftJob,
  decodeFreshImages,
  decodeModel,
  encodeJson,
  type JobResult,
  type ModelFile,
  type OpenRun,
  ordinalOf,
  runLayout,
} from "@pomona/core";
import { fitPca, NoVarianceError, principalAngle, projectRows, scaleRows } from "@pomona/stats";
import { mergeGroups, readModel } from "./fit-model.ts";
import { pcaOf } from "./model-parts.ts";
import { readGenerationRequest } from "./read-request.ts";
import { readShards } from "./read-shards.ts";

/** A model that captures less of new images than this share of what it captures of its own no longer fits them. */
const leastCaptured = 0.9;
/** Degrees by which the components may turn. */
const largestAngle = 30;

/**
 * How far the images of an update lie from the model that it was begun with: the variance that its components capture of
 * the new images, and the angle between them and components fitted to all images of now. Reads only shards with new
 * images. Memory: as a fit.
 */
export async function measureDrift(job: DriftJob, run: OpenRun): Promise<JobResult> {
  const { out, file } = run;
  const layout = runLayout(file.run);
  const key = layout.generation(job.generation).drift;
  if ((await out.stat(key)) !== undefined) return nothing;
  const earlier = decodeModel(await out.get(layout.earlierModel), layout.earlierModel);
  const { rows, captured } = await measureFresh(run, earlier, job.generation);
  const angle = await angleToNow(job, run, earlier);
  const capturedBefore = earlier.explainedVariance.reduce((sum, share) => sum + share, 0);
  const drift: Drift = {
    name: "pomona.drift",
    version: 1,
    fresh: rows,
    capturedBefore,
    capturedFresh: captured,
    principalAngle: angle,
    refitDue: (captured !== null && captured < leastCaptured * capturedBefore) || (angle ?? 0) > largestAngle,
  };
  await out.putIfAbsent(key, encodeJson(drift));
  return nothing;
}

/** Share of the squared length of standardised features that the components keep, over all new images. */
async function measureFresh(
  run: OpenRun,
  model: ModelFile,
  generation: number,
): Promise<{ rows: number; captured: number | null }> {
  const pca = pcaOf(model);
  const d = model.dimension;
  let [rows, kept, whole] = [0, 0, 0];
  for await (const { key } of run.out.list({ prefix: runLayout(run.file.run).freshBatches })) {
    const batch = ordinalOf(key);
    if (batch === undefined) continue;
    const fresh = new Set(decodeFreshImages(await run.out.get(key), key).images);
    for await (const { shard } of readShards(run, { from: batch, to: batch + 1, generation })) {
      for (const [row, image] of shard.index.entries()) {
        if (!fresh.has(image)) continue;
        const scaled = scaleRows(model, shard.features.subarray(row * d, (row + 1) * d));
        rows += 1;
        for (const value of scaled) whole += value * value;
        for (const value of projectRows(pca, scaled)) kept += value * value;
      }
    }
  }
  return { rows, captured: whole === 0 ? null : kept / whole };
}

/** Degrees; null where the images of now have no variance. */
async function angleToNow({ generation, groups }: DriftJob, run: OpenRun, earlier: ModelFile): Promise<number | null> {
  const { given } = await readGenerationRequest(run, generation);
  try {
    const now =
      given === undefined
        ? pcaOf(await readModel(run, generation))
        : fitPca({ moments: await mergeGroups(run, { generation, groups }), components: earlier.components });
    return (principalAngle(pcaOf(earlier), now) * 180) / Math.PI;
  } catch (error) {
    if (error instanceof NoVarianceError) return null;
    throw error;
  }
}

const nothing: JobResult = { rows: 0, quarantined: 0, decoded: 0 };
