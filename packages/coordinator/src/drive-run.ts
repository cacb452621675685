import {
  type BatchRange,
  type GenerationRequest,
  type MachineConfig,
  type ObjectStore,
  PomonaError,
  type RunFile,
  type RunLog,
  type RunProgress,
  type RunSettings,
  type Success,
  UsageError,
} from "@pomona/core";
import { requireDeletion } from "./clean-output.ts";
import type { Dispatch } from "./dispatch.ts";
import { EarlyMoments } from "./early-moments.ts";
import { featurizeRun } from "./featurize-run.ts";
import { readGenerationRequest } from "./generation-request.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { ImageSource } from "./image-source.ts";
import { LostShardError } from "./lost-shard-error.ts";
import { publishResult } from "./publish-result.ts";
import { reduceRun } from "./reduce-run.ts";
import { releaseOutput } from "./release-output.ts";
import { restoreShards } from "./restore-shards.ts";
import { openRetryFinder, type RetryFinder } from "./retry-finder.ts";
import { retryImages } from "./retry-images.ts";
import { RunLedger } from "./run-ledger.ts";
import { Stopwatch } from "./stopwatch.ts";
import { storedShards } from "./stored-shards.ts";
import { type Turns, VirtualTime } from "./virtual-time.ts";

export interface DriveRunOptions {
  readonly file: RunFile;
  readonly generation: number;
  readonly epoch: number;
  readonly log: RunLog;
  readonly out: ObjectStore;
  readonly source: ImageSource;
  readonly machine: Pick<MachineConfig, "csv" | "maxQuarantine"> & Pick<RunSettings, "discardShards">;
  readonly dispatch: Dispatch;
  /** Shared by the runs of a coordinator; alone a run has a time of its own. */
  readonly virtualTime?: VirtualTime;
  readonly onProgress?: (progress: RunProgress) => void;
  /** Whether reducers are other processes than workers: then groups are reduced while others are featurized. Default false. */
  readonly hasReducers?: boolean;
  readonly now?: () => Date;
}

export interface DrivenRun {
  readonly success: Success;
  /** Images decoded by this call. */
  readonly decoded: number;
  /** Images whose features an earlier call had stored. */
  readonly resumed: number;
}

interface RunState {
  readonly ledger: RunLedger;
  readonly turns: Turns;
  readonly heart: Heartbeat;
  readonly request: GenerationRequest;
  readonly finder: RetryFinder;
  /** The generation whose table holds the features, where the shards were removed. */
  readonly table: number | undefined;
}

/** How often lost shards are made again before the run fails. */
const maxRepairs = 3;

/**
 * Takes a run from wherever the store says it is to `_SUCCESS`:
 *
 *   (restoring) → listing + featurizing → (retrying) → moments → fitting → projecting → publishing
 *
 * Each phase asks for what is missing and is a no-op where nothing is, so this may be stopped and called again at any
 * point. Throws {@link PomonaError}, or the signal's reason; the log then says `failed` or `closed`, and a later call,
 * by whomever, goes on.
 */
export async function driveRun(options: DriveRunOptions): Promise<DrivenRun> {
  const { file, epoch, log, out, dispatch, onProgress = () => {}, now = () => new Date() } = options;
  const { virtualTime = new VirtualTime() } = options;
  const turns = virtualTime.begin();
  const heart = await Heartbeat.of({ out, run: file.run, generation: options.generation, now });
  const tell = (progress: RunProgress): void => {
    heart.history.note(progress);
    onProgress(progress);
  };
  try {
    // Who asked for the run may do more than who drives it, and hours later would be late to say so.
    if (options.machine.discardShards) await requireDeletion(out);
    const ledger = new RunLedger({ stored: await storedShards(out, file.run), onProgress: tell });
    heart.start(ledger);
    const request = await readGenerationRequest(out, file.run, options.generation);
    const finder = await openRetryFinder(out, file.run, request);
    const { cleaned, published } = await log.read();
    const success = await makeResult(
      options,
      { ledger, turns, heart, request, finder, table: cleaned ? published : undefined },
      now,
    );
    return { success, decoded: ledger.decoded, resumed: ledger.resumed };
  } catch (error) {
    // While it is still ours: whoever comes next may delete it.
    if (!dispatch.signal?.aborted && !hasStoodDown(error)) await heart.beat();
    await releaseOutput({ log, epoch, now, failure: dispatch.signal?.aborted ? undefined : error });
    throw error;
  } finally {
    turns.end();
    heart.stop();
  }
}

async function makeResult(options: DriveRunOptions, state: RunState, now: () => Date): Promise<Success> {
  const { file, generation, epoch, log, out, machine } = options;
  const { ledger } = state;
  const { model } = state.request;
  const stopwatch = new Stopwatch();
  let parts: BatchRange[] | undefined;
  for (let attempt = 0; parts === undefined; attempt++) {
    if (state.table !== undefined) await stopwatch.time("restoring", () => restore(options, state, attempt));
    const rowsOf = await stopwatch.time("featurizing", () => featurize(options, state, attempt));
    try {
      await stopwatch.time("featurizing", () => retryShards(options, state, attempt));
      parts = await stopwatch.time("reducing", () => makeParts(options, { ledger, rowsOf }, model, attempt));
    } catch (error) {
      if (!(error instanceof LostShardError) || attempt === maxRepairs) throw error;
      ledger.keepShards(await storedShards(out, file.run));
    }
  }
  await state.heart.beat();
  return publishResult({
    file,
    generation,
    epoch,
    log,
    out,
    csv: machine.csv,
    parts: parts.length,
    ledger,
    stopwatch,
    now,
  });
}

function hasStoodDown(error: unknown): boolean {
  return error instanceof PomonaError && error.code === "stood-down";
}

function restore(
  { file, epoch, out, dispatch }: DriveRunOptions,
  { ledger, table: generation = 0 }: RunState,
  attempt: number,
): Promise<void> {
  return restoreShards({ run: file.run, epoch, attempt, generation, out, dispatch, ledger });
}

/** Shards, and the moments of groups that were complete before the last image was; answers the rows of these. */
async function featurize(
  options: DriveRunOptions,
  state: RunState,
  attempt: number,
): Promise<ReadonlyMap<number, number>> {
  const { file, epoch, generation, dispatch, hasReducers = false } = options;
  const { ledger, request, table } = state;
  // What is tried again has other rows when that is over, and a given model is not fitted.
  const isFirst = generation === 1 && attempt === 0 && table === undefined && request.given === undefined;
  if (!hasReducers || !isFirst) {
    await makeShards(options, state, attempt);
    return new Map();
  }
  const early = new EarlyMoments({ run: file.run, epoch, attempt, generation, dispatch, ledger });
  try {
    await makeShards(options, state, attempt);
  } finally {
    await early.stop();
  }
  return early.stop();
}

function makeShards(
  options: DriveRunOptions,
  { ledger, turns, request, finder }: RunState,
  attempt: number,
): Promise<void> {
  const { file, epoch, out, dispatch, source, machine } = options;
  return featurizeRun({
    run: file.run,
    epoch,
    attempt,
    out,
    dispatch,
    turns,
    source,
    batchSize: file.features.batchSize,
    limit: file.features.limit,
    maxQuarantine: machine.maxQuarantine,
    onBatch: (batch) => finder.see(batch),
    // Of a given model the components are not taken from these images.
    onListed: () => request.given ?? refuseTooManyComponents(request.model.components, ledger.listed),
    ledger,
  });
}

function retryShards(
  { file, epoch, out, dispatch }: DriveRunOptions,
  { ledger, turns, request, finder }: RunState,
  attempt: number,
): Promise<void> {
  return retryImages({ run: file.run, epoch, attempt, out, dispatch, turns, ledger, request, finder });
}

function makeParts(
  options: DriveRunOptions,
  { ledger, rowsOf }: { readonly ledger: RunLedger; readonly rowsOf: ReadonlyMap<number, number> },
  model: GenerationRequest["model"],
  attempt: number,
): Promise<BatchRange[]> {
  const { file, generation, epoch, dispatch, machine } = options;
  return reduceRun({
    run: file.run,
    epoch,
    generation,
    attempt,
    dispatch,
    ledger,
    rowsOf,
    partitions: model.partitions,
    csv: machine.csv,
    maxQuarantine: machine.maxQuarantine,
    updates: file.update !== undefined,
  });
}

function refuseTooManyComponents(components: number | undefined, listed: number): void {
  if (components === undefined || listed === 0 || components <= listed - 1) return;
  throw new UsageError(
    "too-many-components",
    `${components} components asked of ${listed} images, which have at most ${listed - 1}`,
    {
      remedy: `Give --components ${Math.max(1, listed - 1)} or fewer, or more images.`,
    },
  );
}
