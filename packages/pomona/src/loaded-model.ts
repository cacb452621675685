import type { Config, FeatureConfig, ListedImage, ObjectStore } from "@pomona/core";
import { type Bundle, type Judgement, type JudgeOptions, judgeFeatures } from "@pomona/model";
import { preparationVersion } from "@pomona/vision/preparation-version";
import { usableCores } from "@pomona/vision/thread-budget";
import {
  describeFingerprint,
  type InferenceInfo,
  InferencePool,
  inferenceEnvironment,
  locateNetwork,
  type RefusedImage,
} from "@pomona/worker";
import { requireFingerprint } from "./model-features.ts";
import type { RunOptions } from "./run.ts";
import { type OptionSources, openForModel, requireSamePreparation } from "./transform.ts";

export interface LoadModelOptions extends Pick<RunOptions, "cwd" | "cacheDir" | "environment" | "onNotice"> {
  readonly sources?: OptionSources;
  /** Inference processes; default: one for each usable core. */
  readonly workers?: number | undefined;
}

/** A model ready to judge images. It holds inference processes from the first image on, so it is to be closed. */
export interface LoadedModel {
  readonly bundle: Bundle;
  /** How images are chosen and prepared: as the model's own were. */
  readonly config: Config;
  /** Images that may be judged at the same time without waiting for each other. */
  readonly window: number;
  /** What the model says of the bytes of one image file, or why they are no image. */
  judge(bytes: Uint8Array, options?: JudgeOptions): Promise<Judgement | RefusedImage>;
  close(): Promise<void>;
}

/** An image of an input, in its store. */
export interface PlacedImage {
  readonly store: ObjectStore;
  readonly image: ListedImage;
}

const inferBatch = 4;

/**
 * Loads the model of an earlier run: `place` is its output, or a copy of its folder `model/`. Throws `UsageError`
 * `no-model`, `fingerprint-mismatch` naming the part that differs here, `weights-not-found`.
 */
export async function loadModel(place: string, options: LoadModelOptions): Promise<LoadedModel> {
  const { sources = {}, cwd, cacheDir, workers = usableCores() } = options;
  const { bundle, config } = await openForModel({ ...options, model: place, sources });
  await requireSamePreparation(bundle, config, { cwd, cacheDir });
  const { features } = config;
  let opening: { readonly pool: InferencePool; readonly ready: Promise<void> } | undefined;

  function open() {
    const pool = new InferencePool({
      engine: features.engine,
      network: locateNetwork(features, { cwd, cacheDir }),
      workers,
      inferBatch,
      ...(options.environment && { environment: inferenceEnvironment(options.environment, { workers }) }),
    });
    const ready = pool.ready.then((info) => requireFingerprint(bundle, fingerprintHere(info, features)));
    // Whoever judges is told.
    ready.catch(() => {});
    return { pool, ready };
  }

  return {
    bundle,
    config,
    window: 2 * workers * inferBatch,
    async judge(bytes, judging) {
      opening ??= open();
      const { resampler, filter, maxPixels, exifRotate } = features;
      const [outcome] = await Promise.all([
        opening.pool.featurize(bytes, { resampler, filter, maxPixels, exifRotate }),
        opening.ready,
      ]);
      return outcome.features === undefined ? outcome : judgeFeatures(bundle, outcome.features, judging);
    },
    close: async () => opening?.pool.close(),
  };
}

function fingerprintHere(info: InferenceInfo, features: FeatureConfig) {
  return describeFingerprint(info, preparationVersion(features, info.libvips), features);
}
