import {
  decodeRunFile,
  displayKey,
  type LogState,
  layersOf,
  type ObjectStore,
  type RetryRequest,
  type RetrySelection,
  type RunLog,
  retryFilter,
  runLayout,
  UsageError,
} from "@pomona/core";
import { requireDeletion } from "./clean-output.ts";
import { readGenerationRequest, requestGeneration } from "./generation-request.ts";
import { operateRun } from "./operate-run.ts";
import { quarantinedOf } from "./retry-finder.ts";
import { takeOwnership } from "./take-ownership.ts";

export interface RetryRunOptions {
  readonly out: ObjectStore;
  readonly log: RunLog;
  readonly run: string;
  /** Who asks, for the log. */
  readonly by: string;
  readonly now: () => Date;
  /** Of a finished run: which quarantined images. Default: all of them. */
  readonly selection?: RetryRequest;
}

export interface Retried {
  readonly changed: boolean;
  /** Of a finished run: the generation that will have the images that can be read now… */
  readonly generation?: number;
  /** …and how many are tried again. */
  readonly images?: number;
}

/**
 * Goes on with a failed or cancelled run. Of a finished one, tries its quarantined images again, as they are in the store
 * by now, and makes another generation of the result, which stays valid until that one is published. What is asked for is
 * written into the log; whoever drives the run does it.
 *
 * @throws UsageError `nothing-to-retry` where no quarantined image is meant, `not-finished` for a selection of a run that
 *   is not, `run-replaced`
 */
export async function retryRun(options: RetryRunOptions): Promise<Retried> {
  const { log, run, selection = {} } = options;
  const state = await log.read();
  if (state.run === run && state.status === "done") return retryQuarantined(options, state);
  if (selection.paths !== undefined || selection.reasons !== undefined) {
    throw new UsageError("not-finished", `run ${run} is not finished: its quarantined images are not known yet`, {
      remedy: "Retry the run itself first, without a choice of images.",
    });
  }
  return { changed: await operateRun("retry", options) };
}

async function retryQuarantined(
  { out, log, run, by, now, selection = {} }: RetryRunOptions,
  state: LogState,
): Promise<Retried> {
  const { keys, images } = await choose(out, run, state.published, selection);
  const { reasons } = selection;
  // Publishing replaces the result, which is begun by removing its mark.
  await requireDeletion(out);
  const published = await readGenerationRequest(out, run, state.published);
  const retry = { of: state.published, ...(keys && { keys }), ...(reasons && { reasons }) };
  const { model, given } = published;
  const request = { model, ...(given && { given }), layers: layersOf(published), retry };
  const generation = await requestGeneration(out, run, state.generation + 1, request);
  const at = now().toISOString();
  await takeOwnership({
    out,
    log,
    seen: state.epoch,
    // No owner: the first coordinator that finds it.
    claim: (epoch) => ({ kind: "open", at, run, epoch, generation, by }),
  });
  return { changed: true, generation, images };
}

/** The keys that paths mean, and how many images in all; throws where there are none. */
async function choose(
  out: ObjectStore,
  run: string,
  published: number,
  { paths, reasons }: RetryRequest,
): Promise<{ readonly keys: string[] | undefined; readonly images: number }> {
  const configKey = runLayout(run).config;
  const { input } = decodeRunFile(await out.get(configKey), configKey);
  const unseen = new Set(paths);
  const keys: string[] = [];
  const isChosen = retryFilter({ reasons } satisfies RetrySelection);
  const known = new Map<string, number>();
  let images = 0;
  for await (const { key, reason } of quarantinedOf(out, run, published)) {
    known.set(reason, (known.get(reason) ?? 0) + 1);
    const path = input + displayKey(key);
    const names = [key, path, path.replace(/^file:\/\//, "")];
    const isNamed = paths === undefined || names.some((name) => unseen.has(name));
    for (const name of names) unseen.delete(name);
    if (!isNamed || !isChosen({ key, reason })) continue;
    if (paths !== undefined) keys.push(key);
    images += 1;
  }
  const [unknown] = unseen;
  if (unknown !== undefined) {
    throw new UsageError("nothing-to-retry", `${unknown} is not in the quarantine of run ${run}`, {
      remedy: "Give paths as the first column of quarantine.csv has them, or relative to the input.",
    });
  }
  if (images === 0) {
    const counts = [...known].map(([reason, count]) => `${count} ${reason}`).join(", ") || "nothing";
    throw new UsageError("nothing-to-retry", `no image to try again: the quarantine of run ${run} holds ${counts}`);
  }
  return { keys: paths && keys, images };
}
