import {
  type FeatureConfig,
  featureOptions,
  type MachineConfig,
  type ModelConfig,
  machineOptions,
  modelOptions,
  type RunProgress,
  resolveConfig,
} from "@pomona/core";
import { run as runHere } from "../run.ts";
import type { RunSummary } from "../run-summary.ts";
import { ProgressStream } from "./progress-stream.ts";
import { type PlaceOptions, placesOf } from "./surroundings-of.ts";

/** What the command line knows as flags: `--batch-size` is `batchSize`. `pomona run --help` describes each. */
export type RunSettings = Partial<FeatureConfig & ModelConfig & Omit<MachineConfig, "redis" | "logLevel">>;

export interface RunOptions extends RunSettings, PlaceOptions {
  /** Folder or `s3://bucket/prefix` of the images. */
  readonly input: string;
  /** Folder or `s3://bucket/prefix` of the result. */
  readonly out: string;
  /** Delete an earlier result of Pomona in `out` first. */
  readonly overwrite?: boolean;
  /** Where only model options differ, make model and table anew; nothing is decoded. */
  readonly refit?: boolean;
  /** Work on an output that another process claims. */
  readonly takeOver?: boolean;
  /** Things that a person should know and that are no error. */
  readonly onNotice?: (message: string) => void;
  /** Aborted: what is in flight is finished, then the signal's reason is thrown; the run can be resumed. */
  readonly signal?: AbortSignal;
}

/** A run that goes on: `await` it for its end, `for await` it for its progress, or both. */
export interface Run extends Promise<RunSummary>, AsyncIterable<RunProgress> {}

const settings = [featureOptions, modelOptions, machineOptions].flatMap(({ shape }) => Object.keys(shape));

/**
 * Images to a table of features, standardised features and principal components, in this process and its children. Does
 * nothing where the same result is there, and goes on where an earlier call stopped. Rejects with a `PomonaError`, whose
 * `code` is for programs and whose `remedy` is for people.
 */
export function run(options: RunOptions): Run {
  return followed(async (onProgress) => {
    const config = resolveConfig({ flags: settingsIn(options) });
    return runHere({ ...placesOf(options), ...mannersOf(options), config, refit: options.refit, onProgress });
  });
}

/** What every call that makes a table has, as the command line's functions take it. */
export function mannersOf({ input, out, overwrite, takeOver, onNotice, signal }: RunOptions) {
  return { input, out, overwrite, takeOver, ...(onNotice && { onNotice }), ...(signal && { signal }) };
}

/** Work with its progress, as {@link Run} describes it. */
export function followed(work: (onProgress: (state: RunProgress) => void) => Promise<RunSummary>): Run {
  const progress = new ProgressStream<RunProgress>();
  const ended = work((state) => progress.push(state)).then(
    (summary) => {
      progress.end();
      return summary;
    },
    (error: unknown) => {
      progress.end({ error });
      throw error;
    },
  );
  return Object.assign(ended, {
    [Symbol.asyncIterator]: () => {
      // Who follows the progress hears of a failure there.
      ended.catch(() => {});
      return progress[Symbol.asyncIterator]();
    },
  });
}

/** The options of a run among those of a call. */
export function settingsIn(options: object): Readonly<Record<string, unknown>> {
  const given = options as Readonly<Record<string, unknown>>;
  return Object.fromEntries(settings.filter((name) => given[name] !== undefined).map((name) => [name, given[name]]));
}
