import {
  DamagedObjectError,
  type JobResult,
  MissingObjectError,
  type MomentsJob,
  type OpenRun,
  PomonaError,
  type RetriedLayer,
  readRetriedLayers,
  runLayout,
  ShardError,
} from "@pomona/core";
import { createMomentsAccumulator, createOnnxruntimeCrossProduct, type Moments } from "@pomona/stats";
import { decodeMoments, encodeMoments, isSameSource, type MomentsFile, type MomentsSource } from "./moments-codec.ts";
import { readFingerprintHash, readShards } from "./read-shards.ts";

export interface ComputeMomentsOptions {
  /** Threads of the cross product. They change no number. Default 1. */
  readonly threads?: number;
}

/**
 * Moments of one group of batches, written once. Moments of the same shards in an earlier generation are taken over.
 * Memory: two shards, and 24 MB at 1280 features.
 */
export async function computeMoments(
  job: MomentsJob,
  run: OpenRun,
  { threads = 1 }: ComputeMomentsOptions = {},
): Promise<JobResult> {
  const { generation, group, from, to } = job;
  const layout = runLayout(run.file.run);
  const fingerprint = await readFingerprintHash(run);
  const layers = await touchingLayers(run, job);
  const source = { run: run.file.run, fingerprint, group, from, to, layers };
  const here = layout.generation(generation).moments(group);
  const known = await findMoments(run, here, source);
  if (typeof known !== "string") return resultOf(known);
  if (known === "unusable") await run.out.delete([here]);

  for (let earlier = generation - 1; earlier >= 1; earlier--) {
    const found = await findMoments(run, layout.generation(earlier).moments(group), source);
    if (typeof found === "string") continue;
    await run.out.putIfAbsent(here, encodeMoments(found));
    return resultOf(found);
  }

  const moments = await momentsOfShards(run, job, threads);
  await run.out.putIfAbsent(here, encodeMoments({ source, moments }));
  return resultOf({ source, moments });
}

/** The generations that tried images of this group again: only then its rows are others than those of a generation before. */
async function touchingLayers(run: OpenRun, { generation, from, to }: MomentsJob): Promise<number[]> {
  const layers = await readRetriedLayers(run.out, run.file.run, generation);
  const touches = ({ batches }: RetriedLayer): boolean => [...batches].some((batch) => from <= batch && batch < to);
  return layers.filter(touches).map((layer) => layer.generation);
}

/** `unusable`: damaged, or of other rows. */
async function findMoments(
  { out }: OpenRun,
  key: string,
  source: MomentsSource,
): Promise<MomentsFile | "missing" | "unusable"> {
  try {
    const found = decodeMoments(await out.get(key), key);
    return isSameSource(found.source, source) ? found : "unusable";
  } catch (error) {
    if (error instanceof MissingObjectError) return "missing";
    if (error instanceof DamagedObjectError) return "unusable";
    if (error instanceof PomonaError && error.code === "damaged-moments") return "unusable";
    throw error;
  }
}

async function momentsOfShards(run: OpenRun, { from, to, generation }: MomentsJob, threads: number): Promise<Moments> {
  let accumulation: Awaited<ReturnType<typeof openAccumulator>> | undefined;
  try {
    for await (const { shard } of readShards(run, { from, to, generation })) {
      if (shard.index.length === 0) continue;
      accumulation ??= await openAccumulator(shard.dimension, threads);
      if (shard.dimension !== accumulation.dimension) {
        const key = runLayout(run.file.run).shard(shard.batch);
        throw new ShardError(key, `its rows have ${shard.dimension} features, others ${accumulation.dimension}`);
      }
      await accumulation.accumulator.push(shard.features);
    }
    // Every image of the group may be in quarantine; what the dimension would have been, nobody asks.
    if (accumulation === undefined) {
      return { count: 0, dimension: 0, mean: new Float64Array(), comoment: new Float64Array() };
    }
    return await accumulation.accumulator.finish();
  } finally {
    await accumulation?.release();
  }
}

async function openAccumulator(dimension: number, threads: number) {
  const { crossProduct, release } = await createOnnxruntimeCrossProduct({ dimension, threads });
  return { dimension, accumulator: createMomentsAccumulator({ dimension, crossProduct }), release };
}

function resultOf({ moments }: MomentsFile): JobResult {
  return { rows: moments.count, quarantined: 0, decoded: 0 };
}
