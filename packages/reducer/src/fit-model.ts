import {
  decodeModel,
  encodeModel,
  type FitJob,
  type GenerationRequest,
  type JobResult,
  MissingObjectError,
  type ModelFile,
  type OpenRun,
  PomonaError,
  runLayout,
} from "@pomona/core";
import {
  addMoments,
  type ComponentTarget,
  fitPca,
  fitScaler,
  type Moments,
  NoVarianceError,
  pcaToMlPcaJson,
  scalerToJson,
} from "@pomona/stats";
import { decodeMoments } from "./moments-codec.ts";
import { readGenerationRequest } from "./read-request.ts";

const defaultComponents = 2;

/**
 * The model of a generation from the moments of its groups, merged in group order. `model/scaler.json` and
 * `model/pca.json` are written first, `model.json` last: where it is, all is. Memory: two groups' moments and the
 * solver's matrix, about 50 MB at 1280 features.
 *
 * @throws PomonaError `no-variance` where there is nothing to fit; the shards are kept
 */
export async function fitModel(job: FitJob, run: OpenRun): Promise<JobResult> {
  const { out, file } = run;
  const generation = runLayout(file.run).generation(job.generation);
  if ((await out.stat(generation.model)) !== undefined) return resultOf(await readModel(run, job.generation));

  const request = await readGenerationRequest(run, job.generation);
  if (request.given !== undefined) return resultOf(await takeOverModel(run, job.generation));
  const moments = await mergeGroups(run, job);
  const scaler = fitScaler(moments);
  const pca = fitOrExplain(moments, targetOf(request));
  const model: ModelFile = {
    generation: job.generation,
    count: moments.count,
    dimension: moments.dimension,
    components: pca.k,
    rank: pca.rank,
    mean: scaler.mean,
    std: scaler.std,
    constantColumns: scaler.constantColumns,
    loadings: pca.components,
    eigenvalues: pca.eigenvalues,
    explainedVariance: pca.explainedVarianceRatio,
    warnings: pca.warnings,
  };
  await out.putIfAbsent(generation.modelFile("scaler.json"), encodeCompact(scalerToJson(scaler)));
  await out.putIfAbsent(generation.modelFile("pca.json"), encodeCompact(pcaToMlPcaJson(pca)));
  await out.putIfAbsent(generation.model, encodeModel(model));
  return resultOf(model);
}

/** A given model was laid down with the first generation; a later one, of retried images, applies it too. */
async function takeOverModel(run: OpenRun, generation: number): Promise<ModelFile> {
  const { out, file } = run;
  const first = runLayout(file.run).generation(1);
  const here = runLayout(file.run).generation(generation);
  const prefix = first.modelFile("");
  // In the order of their bytes `bundle.json` is no last one, and where it is, all are.
  const names: string[] = [];
  for await (const { key } of out.list({ prefix })) names.push(key.slice(prefix.length));
  names.sort((a, b) => Number(a === "bundle.json") - Number(b === "bundle.json"));
  for (const name of names) await out.putIfAbsent(here.modelFile(name), await out.get(first.modelFile(name)));
  const model = { ...(await readModel(run, 1)), generation };
  await out.putIfAbsent(here.model, encodeModel(model));
  return model;
}

/** The model as stored: projecting never uses one from memory. Throws {@link PomonaError} `missing-model`. */
export async function readModel({ file, out }: OpenRun, generation: number): Promise<ModelFile> {
  const key = runLayout(file.run).generation(generation).model;
  try {
    return decodeModel(await out.get(key), key);
  } catch (error) {
    if (!(error instanceof MissingObjectError)) throw error;
    throw new PomonaError("missing-model", `there is no model ${key}`, {
      remedy: "Run the same command again to fit it.",
    });
  }
}

/** Moments of all images of a generation. Throws {@link PomonaError} `no-variance` where no image has features. */
export async function mergeGroups(
  run: OpenRun,
  { generation, groups }: Pick<FitJob, "generation" | "groups">,
): Promise<Moments> {
  const layout = runLayout(run.file.run).generation(generation);
  let total: Moments | undefined;
  for (let group = 0; group < groups; group++) {
    const key = layout.moments(group);
    const { source, moments } = decodeMoments(await getMoments(run, key), key);
    if (source.run !== run.file.run || source.group !== group) {
      throw new PomonaError("damaged-moments", `moments ${key} are of group ${source.group} of run ${source.run}`);
    }
    if (moments.count === 0) continue;
    total = total === undefined ? moments : addMoments(total, moments);
  }
  if (total === undefined) throw noVariance("no image has features");
  return total;
}

async function getMoments({ out }: OpenRun, key: string): Promise<Uint8Array> {
  try {
    return await out.get(key);
  } catch (error) {
    if (!(error instanceof MissingObjectError)) throw error;
    throw new PomonaError("missing-moments", `there are no moments ${key}`, {
      remedy: "Run the same command again to make them.",
    });
  }
}

function targetOf({ model: { components, variance } }: GenerationRequest): ComponentTarget {
  return variance === undefined ? { components: components ?? defaultComponents } : { variance };
}

function fitOrExplain(moments: Moments, target: ComponentTarget) {
  try {
    return fitPca({ moments, ...target });
  } catch (error) {
    throw error instanceof NoVarianceError ? noVariance(error.message, error) : error;
  }
}

function noVariance(why: string, cause?: Error): PomonaError {
  return new PomonaError("no-variance", `principal components cannot be computed: ${why}`, {
    cause,
    remedy: "Give at least two different images. The features computed so far are kept.",
  });
}

function resultOf({ components }: ModelFile): JobResult {
  return { rows: components, quarantined: 0, decoded: 0 };
}

/** Without indentation: these are up to a million numbers. */
function encodeCompact(value: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}
