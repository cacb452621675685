import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type RunProgress, resolveConfig } from "@pomona/core";
import { type Validation, validateOutput } from "@pomona/report";
import { demoFolder } from "./demo-folder.ts";
import { drawFruit } from "./demo-photos.ts";
import { demoScatter } from "./demo-scatter.ts";
import { demoWeights } from "./demo-weights.ts";
import { openPlace } from "./places.ts";
import { run } from "./run.ts";
import type { RunSummary } from "./run-summary.ts";
import { findSamplePhotos, samplePhotosFolder } from "./sample-photos.ts";

export interface DemoOptions {
  readonly cwd: string;
  /** Where runs are registered. */
  readonly home: string;
  /** Where weights are looked up and downloaded to. */
  readonly cacheDir: string;
  readonly submittedBy: string;
  /** Options of the run as environment variables, `POMONA_WEIGHTS` among them. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly onProgress?: (progress: RunProgress) => void;
  /** Things that a person should know: where the photos are from, that weights are missing. */
  readonly onNotice?: (message: string) => void;
  readonly signal?: AbortSignal;
}

/** What the demo made; the paths are absolute, or addresses where it is on S3. */
export interface DemoResult {
  readonly summary: RunSummary;
  readonly validation: Validation;
  readonly paths: {
    readonly photos: string;
    readonly result: string;
    readonly parquet: string;
    readonly csv: string;
    readonly quarantine: string;
    /** What was found, to look at in a browser. */
    readonly report: string;
    /** The first two components as a scatter plot, SVG. */
    readonly scatter: string;
  };
}

/**
 * The main job on the 300 sample photos, or where these are not, on 300 drawings of fruit; then validated and plotted.
 * Replaces what an earlier demo made. Where no weights can be found or fetched, a random network takes their place.
 */
export async function demo(options: DemoOptions): Promise<DemoResult> {
  const { cwd, home, cacheDir, submittedBy, env = {}, onProgress, onNotice = () => {}, signal } = options;
  const folder = join(cwd, demoFolder);
  const result = join(folder, "result");
  const weights = await demoWeights({ cwd, cacheDir, env, onNotice });
  const photos = await demoPhotos({ cwd, folder, onNotice, signal });
  const flags = { components: 2, csv: "compact", report: "full", ...weights };
  const summary = await run({
    input: photos,
    out: result,
    config: resolveConfig({ flags, env }),
    home,
    cacheDir,
    cwd,
    submittedBy,
    overwrite: true,
    onNotice,
    ...(onProgress && { onProgress }),
    ...(signal && { signal }),
  });
  const validation = await validateOutput(await openPlace(result, cwd, "output"));
  const csv = join(result, "result.csv");
  const scatter = join(folder, "scatter.svg");
  await writeFile(scatter, demoScatter(await readFile(csv), summary));
  const paths = {
    photos,
    result,
    parquet: join(result, "parquet"),
    csv,
    quarantine: join(result, "quarantine.csv"),
    report: join(result, "report.html"),
    scatter,
  };
  return { summary, validation, paths };
}

async function demoPhotos({
  cwd,
  folder,
  onNotice,
  signal,
}: Pick<DemoOptions, "cwd" | "signal"> & { folder: string; onNotice: (message: string) => void }): Promise<string> {
  const found = await findSamplePhotos(cwd);
  if (found !== undefined) {
    onNotice(`The sample photos in ${found}`);
    return found;
  }
  const photos = join(folder, "photos");
  onNotice(`There are no photos in ${samplePhotosFolder}: drawing some fruit into ${photos}`);
  await drawFruit(
    async (key, jpeg) => {
      const file = join(photos, key);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, jpeg);
    },
    { signal },
  );
  return photos;
}
