import {
  type ConfigSource,
  decodeGenerationRequest,
  decodeRunFile,
  decodeSuccess,
  type ObjectStore,
  outputLayout,
  resolveConfig,
  runLayout,
  UsageError,
} from "@pomona/core";
import type { Bundle } from "@pomona/model";
import { s3OptionsOf } from "@pomona/store";
import { openModel } from "./open-model.ts";
import { openPlace } from "./places.ts";
import type { OutputRequest } from "./prepare-output.ts";
import { run } from "./run.ts";
import type { RunSummary } from "./run-summary.ts";
import {
  givenOf,
  modelFileOf,
  type OptionSources,
  requireSamePreparation,
  type TransformOptions,
} from "./transform.ts";

export interface UpdateOptions extends Omit<TransformOptions, "model"> {
  /** Output of the finished run that is brought up to date. */
  readonly from: string;
  /** Apply that run's model instead of fitting one to the images of now. Default false. */
  readonly keepModel?: boolean;
}

/**
 * The table of an input as it is now, from that of an earlier run of it: features of images that are the same (path, and
 * etag or else size and time) are taken over, only new and changed ones are decoded, and those that are gone have no row.
 * The result is that of a run over all of them. Throws `UsageError` `other-input`, `fingerprint-mismatch`, `no-result`.
 */
export async function update(options: UpdateOptions): Promise<RunSummary> {
  const { from: _, keepModel: __, sources: ___, ...rest } = options;
  return run({ ...rest, ...(await prepareUpdate(options)) });
}

/**
 * What a run takes to be an update, wherever it runs: the earlier run's features, its options where the person named no
 * others, and its model where that is kept.
 */
export async function prepareUpdate({
  input,
  from,
  keepModel = false,
  sources = {},
  cwd,
  cacheDir,
  onNotice,
}: Pick<UpdateOptions, "input" | "from" | "keepModel" | "sources" | "cwd" | "cacheDir" | "onNotice">): Promise<
  Pick<OutputRequest, "config" | "given" | "update">
> {
  const s3 = s3OptionsOf(resolveConfig(sources).machine);
  const store = await openPlace(from, cwd, "output", { s3 });
  const success = await readFinished(store);
  const bundle = await openModel(from, { cwd, s3, ...(onNotice && { onNotice }) });
  const file = { ...(await optionsOf(store, success)), ...engineOf(bundle), ...sources.file };
  const config = resolveConfig({ ...sources, file });
  await requireSamePreparation(bundle, config, { cwd, cacheDir });
  const { uri } = await openPlace(input, cwd, "input", { s3 });
  if (uri !== success.input) {
    throw new UsageError(
      "other-input",
      `${from} was made of ${success.input}, not of ${uri}: nothing could be taken over`,
      {
        remedy: "Give the same input, or make a new result with pomona run.",
      },
    );
  }
  const { fingerprint } = bundle;
  return {
    config,
    update: { from: store.uri, run: success.run, model: modelFileOf(bundle), fingerprint },
    ...(keepModel && { given: givenOf(bundle) }),
  };
}

async function readFinished(store: ObjectStore) {
  const bytes = (await store.stat(outputLayout.success)) && (await store.get(outputLayout.success));
  const success = bytes && decodeSuccess(bytes);
  if (success !== undefined) return success;
  throw new UsageError("no-result", `${store.uri} holds no finished result to update`, {
    remedy: "Finish its run first, or name the --out of another.",
  });
}

/** What the earlier run was asked for. */
async function optionsOf(
  store: ObjectStore,
  { run: id, generation }: { run: string; generation: number },
): Promise<ConfigSource> {
  const names = runLayout(id);
  const { features } = decodeRunFile(await store.get(names.config), names.config);
  const key = names.generation(generation).request;
  const { model } = decodeGenerationRequest(await store.get(key), key);
  const { weights: _, ...kept } = features;
  const options: ConfigSource = { ...kept, ...model };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function engineOf({ fingerprint: { engine, weights } }: Bundle): OptionSources["file"] {
  return { engine, ...(weights.startsWith("untrained") && { weights: "untrained" }) };
}
