import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { GivenModel } from "@pomona/coordinator";
import { type Config, type ConfigSource, type ModelFile, resolveConfig } from "@pomona/core";
import { type Bundle, bundleNames, refuseOtherFingerprint, sha256 } from "@pomona/model";
import { s3OptionsOf } from "@pomona/store";
import { findWeights } from "@pomona/vision/find-weights";
import { preparationVersion } from "@pomona/vision/preparation-version";
import { defaultsOfModel } from "./model-features.ts";
import { openModel } from "./open-model.ts";
import type { OutputRequest } from "./prepare-output.ts";
import { type RunOptions, run } from "./run.ts";
import type { RunSummary } from "./run-summary.ts";

/** Where options come from; the first that has a value wins, and after all of them the model. */
export interface OptionSources {
  /** As flags are called in camel case: `{ partitions: 4 }`. */
  readonly flags?: ConfigSource;
  /** Options as `POMONA_…`; default none. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly file?: ConfigSource;
}

export interface TransformOptions extends Omit<RunOptions, "config" | "refit" | "given" | "update"> {
  /** Output of the run whose model is applied, or its folder `model/`. */
  readonly model: string;
  readonly sources?: OptionSources;
}

/**
 * New images to the same table by the model of an earlier run: the same features, standardised and projected by its
 * scaler and components. A run like any other, so it resumes, and its result is validated. Throws `UsageError`
 * `fingerprint-mismatch`, naming the part, where features here would be others than the model's.
 */
export async function transform({ model, sources, ...options }: TransformOptions): Promise<RunSummary> {
  return run({ ...options, ...(await prepareTransform({ model, sources, ...options })) });
}

/** What a run takes to apply a model, wherever it runs. */
export async function prepareTransform({
  sources = {},
  ...options
}: Pick<TransformOptions, "model" | "sources" | "cwd" | "cacheDir" | "onNotice">): Promise<
  Pick<Required<OutputRequest>, "config" | "given">
> {
  const { config, bundle } = await openForModel({ sources, ...options });
  await requireSamePreparation(bundle, config, options);
  return { config, given: givenOf(bundle) };
}

/** The model and the configuration that it stands behind. */
export async function openForModel({
  model,
  sources,
  cwd,
  onNotice,
}: Pick<TransformOptions, "model" | "cwd" | "onNotice"> & { readonly sources: OptionSources }): Promise<{
  config: Config;
  bundle: Bundle;
}> {
  const { machine } = resolveConfig(sources);
  const bundle = await openModel(model, { cwd, s3: s3OptionsOf(machine), ...(onNotice && { onNotice }) });
  const file = { ...defaultsOfModel(bundle), ...sources.file };
  return { config: resolveConfig({ ...sources, file }), bundle };
}

export function givenOf(bundle: Bundle): GivenModel {
  const { place, fingerprint, files } = bundle;
  const last = files.get(bundleNames.bundle) ?? new Uint8Array();
  return { from: place, model: modelFileOf(bundle), fingerprint, files, bundle: sha256(last) };
}

/** The model as a fit writes it. */
export function modelFileOf({ scaler, pca }: Pick<Bundle, "scaler" | "pca">): ModelFile {
  const { count, mean, std, constantColumns } = scaler;
  return {
    generation: 1,
    count,
    dimension: pca.dimension,
    components: pca.k,
    rank: pca.rank,
    mean,
    std,
    constantColumns,
    loadings: pca.components,
    eigenvalues: pca.eigenvalues,
    explainedVariance: pca.explainedVarianceRatio,
    warnings: pca.warnings,
  };
}

/**
 * Refuses before anything is written, as far as that can be known without loading the network; every worker compares the
 * rest when it has. Throws `UsageError` `fingerprint-mismatch`.
 */
export async function requireSamePreparation(
  { place, fingerprint }: Pick<Bundle, "place" | "fingerprint">,
  { features }: Pick<Config, "features">,
  { cwd, cacheDir }: Pick<RunOptions, "cwd" | "cacheDir">,
): Promise<void> {
  const { decode, resample } = preparationVersion(features, fingerprint.libvips);
  // A network of the person's own is compared by the workers that load it.
  const weights = features.model === undefined ? await weightsHere(features.weights, { cwd, cacheDir }) : undefined;
  const engine = features.engine === "auto" ? fingerprint.engine : features.engine;
  const here = { resample, decode, exifRotate: features.exifRotate, engine, weights: weights ?? fingerprint.weights };
  const isRandom = here.weights === "untrained" && fingerprint.weights.startsWith("untrained");
  const names = (Object.keys(here) as (keyof typeof here)[]).filter((name) => !(isRandom && name === "weights"));
  const differences = names
    .filter((name) => here[name] !== fingerprint[name])
    .map((name) => `${name}: ${fingerprint[name]}, here ${here[name]}`);
  refuseOtherFingerprint(place, differences);
}

/** sha256 of the file that would be used; undefined where it is not known yet: a worker will compare. */
async function weightsHere(
  explicit: string | undefined,
  places: Pick<RunOptions, "cwd" | "cacheDir">,
): Promise<string | undefined> {
  if (explicit === "untrained") return explicit;
  const file = await findWeights({ ...places, explicit, download: false }).catch(() => undefined);
  if (file === undefined) return undefined;
  const hash = createHash("sha256");
  for await (const piece of createReadStream(file)) hash.update(piece as Uint8Array);
  return hash.digest("hex");
}
