import {
  decodeRunFile,
  decodeSuccess,
  type ObjectStore,
  outputLayout,
  type RunFile,
  runLayout,
  type Success,
  UsageError,
} from "@pomona/core";
import { type Bundle, buildBundle, bundleNames, decodeBundle, preparationOf, readBundle } from "@pomona/model";
import { readPublishedModel } from "@pomona/report";
import type { S3Options } from "@pomona/store";
import { openPlace } from "./places.ts";

export interface OpenModelOptions {
  readonly cwd: string;
  readonly s3?: S3Options | undefined;
  /** Things that a person should know and that are no error. */
  readonly onNotice?: (message: string) => void;
}

/**
 * Opens the model of a finished result: a run's output, or a folder that its `model/` was copied to. Of a result of the
 * first versions, which wrote no bundle, it is made from the table, and a notice says so.
 * Throws {@link UsageError} `no-model` where there is none.
 */
export async function openModel(text: string, { cwd, s3, onNotice = () => {} }: OpenModelOptions): Promise<Bundle> {
  const store = await openPlace(text, cwd, "output", { s3 });
  const success = await readSuccess(store);
  if (success === undefined) return (await readBundle(store, "")) ?? refuse(store.uri);
  const bundle = success.bundle === undefined ? undefined : await readBundle(store, outputLayout.model);
  if (bundle !== undefined) return bundle;
  onNotice(`${store.uri} was made by a version of Pomona without classifiers: reading its table to make them.`);
  return decodeBundle(await bundleOfTable(store, success), store.uri + outputLayout.model);
}

async function bundleOfTable(store: ObjectStore, success: Success): Promise<ReadonlyMap<string, Uint8Array>> {
  const configKey = runLayout(success.run).config;
  const { features }: RunFile = decodeRunFile(await store.get(configKey), configKey);
  const fingerprint = JSON.parse(Buffer.from(await store.get(outputLayout.modelFingerprint)).toString("utf8"));
  return buildBundle({
    store,
    files: success.parts,
    labels: new Map(Object.entries(success.labels)),
    ...(await readPublishedModel(store)),
    fingerprint,
    preparation: preparationOf(features),
    labelFrom: features.labelFrom,
  });
}

async function readSuccess(store: ObjectStore): Promise<Success | undefined> {
  if ((await store.stat(outputLayout.success)) === undefined) return undefined;
  return decodeSuccess(await store.get(outputLayout.success));
}

function refuse(place: string): never {
  throw new UsageError("no-model", `there is no model in ${place}: neither _SUCCESS nor ${bundleNames.bundle}`, {
    remedy: "Give the --out of a finished run, or its folder model/.",
  });
}
