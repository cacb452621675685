import {
  decodeModel,
  displayKey,
  encodeJson,
  type Fingerprint,
  type ObjectStore,
  outputLayout,
  PomonaError,
  type RunFile,
  type RunLog,
  runLayout,
  type Success,
} from "@pomona/core";
import { addUpBooks } from "./add-up-books.ts";
import { publishFiles } from "./publish-files.ts";
import type { RunLedger } from "./run-ledger.ts";

export interface PublishResultOptions {
  readonly file: RunFile;
  readonly generation: number;
  readonly epoch: number;
  readonly log: RunLog;
  readonly out: ObjectStore;
  readonly csv: Success["csv"];
  readonly parts: number;
  readonly ledger: RunLedger;
  /** Seconds per phase so far. */
  readonly seconds: Readonly<Record<string, number>>;
  /** On `performance.now()`'s clock. */
  readonly startedAt: number;
  readonly now: () => Date;
}

/**
 * Makes a generation the result: books, files, `_SUCCESS`, log. Only the newest epoch may; until the log says
 * `publishing` the earlier result stays valid, and after that a restart does it again.
 */
export async function publishResult(options: PublishResultOptions): Promise<Success> {
  const { file, generation, epoch, log, out, csv, parts, ledger, startedAt, now } = options;
  const { run } = file;
  const names = runLayout(run);
  const beganAt = performance.now();
  const account = await addUpBooks({ out, run, generation, parts, listed: ledger.listed });
  const modelKey = names.generation(generation).model;
  const model = decodeModel(await out.get(modelKey), modelKey);
  const fingerprint = JSON.parse(Buffer.from(await out.get(names.fingerprint)).toString()) as Fingerprint;
  await log.append((state) => {
    refuseHigherEpoch(state.epoch, epoch);
    return { kind: "publishing", at: now().toISOString(), generation };
  });
  await out.delete([outputLayout.success]);
  await publishFiles({
    out,
    run,
    generation,
    parts,
    rows: account.books.featurized,
    csv,
    components: model.components,
    labels: Object.keys(account.labels),
    fingerprint,
    pathOf: (key) => file.input + displayKey(key),
  });
  const closing = await out.stat(names.batch(ledger.imagesPerBatch.length));
  const endedAt = performance.now();
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
    csv,
    fingerprint: { ...fingerprint },
    untrained: fingerprint.weights.startsWith("untrained"),
    seconds: { ...options.seconds, publishing: (endedAt - beganAt) / 1000, total: (endedAt - startedAt) / 1000 },
    stages: { ...ledger.stages },
    versions: { pomona: file.pomona, node: process.version },
  };
  await out.put(outputLayout.success, encodeJson(success));
  await log.append(() => ({ kind: "done", at: now().toISOString(), generation }));
  return success;
}

function refuseHigherEpoch(newest: number, mine: number): void {
  if (newest === mine) return;
  throw new PomonaError("stood-down", "another process took over this output", {
    remedy: "Nothing is lost: the other process finishes the run.",
  });
}
