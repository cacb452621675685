import { createHash } from "node:crypto";
import {
  decodeBundleFile,
  decodeModel,
  displayKey,
  encodeJson,
  type Fingerprint,
  type ObjectStore,
  outputLayout,
  type RunFile,
  type RunLog,
  runLayout,
  type Success,
} from "@pomona/core";
import { addUpBooks } from "./add-up-books.ts";
import { originOf } from "./origin-of.ts";
import { bundleName, type PublishOptions, publishFiles } from "./publish-files.ts";
import type { RunLedger } from "./run-ledger.ts";
import { refuseOtherEpoch, standDown } from "./stand-down.ts";
import type { Stopwatch } from "./stopwatch.ts";

export interface PublishResultOptions {
  readonly file: RunFile;
  readonly generation: number;
  readonly epoch: number;
  readonly log: RunLog;
  readonly out: ObjectStore;
  readonly csv: Success["csv"];
  readonly parts: number;
  readonly ledger: RunLedger;
  /** Has run since this call began. */
  readonly stopwatch: Stopwatch;
  readonly now: () => Date;
}

/**
 * Makes a generation the result: books, files, `_SUCCESS`, log. Only the newest epoch may, and it looks again before
 * each file: one that was asleep must not write over what its successor published. Until the log says `publishing` the
 * earlier result stays valid, and after that a restart does it again.
 */
export async function publishResult(options: PublishResultOptions): Promise<Success> {
  const { file, generation, epoch, log, out, csv, parts, ledger, stopwatch, now } = options;
  const { run } = file;
  const names = runLayout(run);
  const account = await addUpBooks({ out, run, generation, parts, listed: ledger.listed });
  const modelKey = names.generation(generation).model;
  const model = decodeModel(await out.get(modelKey), modelKey);
  const fingerprint = JSON.parse(Buffer.from(await out.get(names.fingerprint)).toString()) as Fingerprint;
  const bundleKey = names.generation(generation).modelFile(bundleName);
  const bundle = await out.get(bundleKey);
  await log.append((state) => {
    refuseOtherEpoch(state.epoch, epoch);
    return { kind: "publishing", at: now().toISOString(), generation };
  });
  // Asked first: a run may lack the right to delete, and the first one needs none.
  if ((await out.stat(outputLayout.success)) !== undefined) await out.delete([outputLayout.success]);
  const files: PublishOptions = {
    out,
    run,
    generation,
    parts,
    rows: account.books.featurized,
    csv,
    components: model.components,
    bundle: decodeBundleFile(bundle, bundleKey),
    pathOf: (key) => file.input + displayKey(key),
    beforeEach: () => standDown(log, epoch),
  };
  await stopwatch.time("publishing", () => publishFiles(files));
  const origin = await originOf({ out, file, generation, listed: ledger.listed });
  const closing = await out.stat(names.batch(ledger.imagesPerBatch.length));
  const success: Success = {
    name: "pomona.success",
    version: 1,
    run,
    generation,
    input: file.input,
    listedAt: new Date(closing?.modifiedAt ?? now().getTime()).toISOString(),
    finishedAt: now().toISOString(),
    ...account,
    model: {
      dimension: model.dimension,
      components: model.components,
      explainedVariance: Array.from(model.explainedVariance),
      constantColumns: model.constantColumns.length,
      warnings: [...model.warnings],
    },
    bundle: createHash("sha256").update(bundle).digest("hex"),
    ...origin,
    csv,
    fingerprint: { ...fingerprint },
    untrained: fingerprint.weights.startsWith("untrained"),
    seconds: stopwatch.seconds,
    stages: { ...ledger.stages },
    versions: { pomona: file.pomona, node: process.version },
  };
  await standDown(log, epoch);
  await out.put(outputLayout.success, encodeJson(success));
  await log.append((state) => {
    refuseOtherEpoch(state.epoch, epoch);
    return { kind: "done", at: now().toISOString(), generation };
  });
  return success;
}
