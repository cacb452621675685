import { surveyInput } from "@pomona/coordinator";
import type { Config } from "@pomona/core";
import { s3OptionsOf } from "@pomona/store";
import { usableCores } from "@pomona/vision/thread-budget";
import { formatBytes, formatCount, formatDuration } from "./format.ts";
import { openImages, openPlace } from "./places.ts";

/** What `--dry-run` tells. */
export interface DryRun {
  readonly images: number;
  readonly bytes: number;
  readonly labels: Readonly<Record<string, number>>;
  /** Objects left out, by extension. */
  readonly skipped: Readonly<Record<string, number>>;
  /** Rough: see {@link coreSecondsPerImage}. */
  readonly estimatedSeconds: number;
  /** Of the result: table, shards and CSV. */
  readonly estimatedBytes: number;
}

/** One core's time for a photo of about 850 × 850 with the default engine: an orientation, `doctor` measures. */
const coreSecondsPerImage = 0.022;
/** A row of the table holds two vectors of 1280 float32, a shard one; Snappy does not make them smaller. */
const bytesPerImage = 3 * 1280 * 4;

/** Lists the input and counts; decodes and writes nothing. */
export async function dryRun(options: {
  readonly input: string;
  readonly out: string | undefined;
  readonly config: Config;
  readonly cwd: string;
}): Promise<DryRun> {
  const { config, cwd } = options;
  const s3 = s3OptionsOf(config.machine);
  const input = await openPlace(options.input, cwd, "input", { s3 });
  const out = options.out === undefined ? undefined : await openPlace(options.out, cwd, "output", { s3 });
  const { source, skipped } = await openImages({ input, out, features: config.features, cwd, s3 });
  const survey = await surveyInput(source, config.features.limit);
  return {
    ...survey,
    skipped: Object.fromEntries(skipped),
    estimatedSeconds: (survey.images * coreSecondsPerImage) / (config.machine.workers ?? usableCores()),
    estimatedBytes: survey.images * bytesPerImage,
  };
}

export function describeDryRun(dry: DryRun): string {
  const labels = Object.entries(dry.labels);
  const lines = [
    `${formatCount(dry.images, "image")}, ${formatBytes(dry.bytes)}, ${formatCount(labels.length, "label")}`,
    ...labels.slice(0, 40).map(([label, n]) => `  ${label}: ${n}`),
    ...(labels.length > 40 ? [`  … and ${labels.length - 40} more`] : []),
    ...Object.entries(dry.skipped).map(([extension, n]) => `left out: ${n} ${extension}`),
    `about ${formatDuration(dry.estimatedSeconds)} on this machine and ${formatBytes(dry.estimatedBytes)} of result (rough; pomona doctor measures)`,
  ];
  return `${lines.join("\n")}\n`;
}
