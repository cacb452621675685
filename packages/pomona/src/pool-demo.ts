import {
  type Config,
  type ConfigSource,
  type FeatureConfig,
  type ObjectStore,
  type RunProgress,
  resolveConfig,
} from "@pomona/core";
import { validateOutput } from "@pomona/report";
import { s3OptionsOf } from "@pomona/store";
import { runInPool } from "./client/run-in-pool.ts";
import type { DemoResult } from "./demo.ts";
import { drawFruit } from "./demo-photos.ts";
import { demoScatter } from "./demo-scatter.ts";
import { type DemoWeightsOptions, demoWeights } from "./demo-weights.ts";
import { openImages, openPlace } from "./places.ts";
import { findSamplePhotos, samplePhotosFolder } from "./sample-photos.ts";

export interface PoolDemoOptions extends DemoWeightsOptions {
  readonly redis: string;
  /** What other commands need to find this pool, such as ` --redis redis://host`, or nothing. */
  readonly poolFlag: string;
  /** Folder or `s3://` prefix of photos, as the whole pool reaches it. Default: the sample photos of this machine. */
  readonly photos?: string | undefined;
  /** Where drawings, result and picture go, as the whole pool reaches it. */
  readonly out: string;
  /** Options of the run, as flags; the environment adds its own. */
  readonly flags: ConfigSource;
  readonly submittedBy: string;
  readonly onProgress: (progress: RunProgress) => void;
  readonly signal: AbortSignal;
}

/** Images that are enough to see how it goes. */
const most = 300;
/** Its processes may have been started together with this one. */
const waitMs = 60_000;

/**
 * The main job on the first 300 images of a place, or where there are none, on 300 drawings of fruit, by the pool; then
 * validated and plotted. Replaces what an earlier demo made. Where no weights can be found or fetched, a random network
 * takes their place.
 */
export async function poolDemo(options: PoolDemoOptions): Promise<DemoResult> {
  const { redis, poolFlag, cwd, env, submittedBy, onProgress, onNotice, signal } = options;
  const fixed = { components: 2, csv: "compact", report: "full", limit: most, ...(await demoWeights(options)) };
  const config = resolveConfig({ flags: { ...options.flags, ...fixed }, env });
  const s3 = s3OptionsOf(config.machine);
  const photos = await poolPhotos(options, config);
  const result = `${options.out}/result`;
  const summary = await runInPool({
    redis,
    poolFlag,
    input: photos,
    out: result,
    config,
    cwd,
    submittedBy,
    overwrite: true,
    homeFlag: undefined,
    waitMs,
    onProgress,
    onNotice,
    signal,
  });
  const out = await openPlace(options.out, cwd, "output", { s3 });
  const scatter = "scatter.svg";
  await out.put(scatter, Buffer.from(demoScatter(await out.get("result/result.csv"), summary)));
  const paths = {
    photos,
    result: `${out.uri}result/`,
    parquet: `${out.uri}result/parquet/`,
    csv: `${out.uri}result/result.csv`,
    quarantine: `${out.uri}result/quarantine.csv`,
    report: `${out.uri}result/report.html`,
    scatter: `${out.uri}${scatter}`,
  };
  return { summary, validation: await validateOutput(await openPlace(result, cwd, "output", { s3 })), paths };
}

async function poolPhotos(options: PoolDemoOptions, { features, machine }: Config): Promise<string> {
  const { photos = await findSamplePhotos(options.cwd), out, cwd, onNotice, signal } = options;
  const s3 = s3OptionsOf(machine);
  if (photos !== undefined && (await hasImages(await openPlace(photos, cwd, "input", { s3 }), features, cwd))) {
    onNotice(`The first ${most} photos in ${photos}`);
    return photos;
  }
  const drawings = `${out}/photos`;
  onNotice(`There are no photos in ${photos ?? samplePhotosFolder}: drawing some fruit into ${drawings}`);
  const store = await openPlace(drawings, cwd, "output", { s3 });
  await drawFruit((key, jpeg) => store.put(key, jpeg), { signal });
  return drawings;
}

async function hasImages(input: ObjectStore, features: FeatureConfig, cwd: string): Promise<boolean> {
  const { source, close } = await openImages({ input, features, cwd });
  try {
    for await (const _ of source(null)) return true;
    return false;
  } finally {
    await close();
  }
}
