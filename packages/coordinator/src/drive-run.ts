import {
  type BatchRange,
  decodeGenerationRequest,
  encodeJson,
  type JobQueue,
  type MachineConfig,
  type ObjectStore,
  PomonaError,
  type RunFile,
  type RunLog,
  type RunProgress,
  runLayout,
  type Success,
  UsageError,
} from "@pomona/core";
import { featurizeRun } from "./featurize-run.ts";
import type { ImageSource } from "./image-source.ts";
import { publishResult } from "./publish-result.ts";
import { LostShardError, reduceRun } from "./reduce-run.ts";
import { RunLedger } from "./run-ledger.ts";
import { storedShards } from "./stored-shards.ts";

export interface DriveRunOptions {
  readonly file: RunFile;
  readonly generation: number;
  readonly epoch: number;
  readonly log: RunLog;
  readonly out: ObjectStore;
  readonly queue: JobQueue;
  readonly source: ImageSource;
  readonly machine: Pick<MachineConfig, "csv" | "maxQuarantine">;
  /** Jobs of this run in the queue at a time: twice the slots of the workers. */
  readonly window: number;
  readonly onProgress?: (progress: RunProgress) => void;
  readonly signal?: AbortSignal | undefined;
  readonly now?: () => Date;
}

export interface DrivenRun {
  readonly success: Success;
  /** Images decoded by this call. */
  readonly decoded: number;
  /** Images whose features an earlier call had stored. */
  readonly resumed: number;
}

/** How often lost shards are made again before the run fails. */
const maxRepairs = 3;

/** How often the run's state is written down: a sign of life, and what a dashboard reads. */
const heartbeatMs = 30_000;

/**
 * Takes a run from wherever the store says it is to `_SUCCESS`:
 *
 *   listing + featurizing → moments → fitting → projecting → publishing
 *
 * Each phase asks for what is missing and is a no-op where nothing is, so this may be stopped and called again at any
 * point. Throws {@link PomonaError}; the log then says `failed`, and a later call goes on.
 */
export async function driveRun(options: DriveRunOptions): Promise<DrivenRun> {
  const { file, log, out, onProgress = () => {}, now = () => new Date(), signal } = options;
  const ledger = new RunLedger({ stored: await storedShards(out, file.run), onProgress });
  const beat = setInterval(() => void writeTelemetry(out, file.run, ledger, now()), heartbeatMs);
  beat.unref();
  try {
    const success = await makeResult(options, ledger, now);
    return { success, decoded: ledger.decoded, resumed: ledger.resumed };
  } catch (error) {
    if (!signal?.aborted) await logFailure(log, options.epoch, error, now);
    throw error;
  } finally {
    clearInterval(beat);
  }
}

async function makeResult(options: DriveRunOptions, ledger: RunLedger, now: () => Date): Promise<Success> {
  const { file, generation, epoch, log, out, queue, source, machine, window, signal } = options;
  const { run, features } = file;
  const names = runLayout(run);
  const requestKey = names.generation(generation).request;
  const { model } = decodeGenerationRequest(await out.get(requestKey), requestKey);
  const seconds: Record<string, number> = {};
  const startedAt = performance.now();
  const lap = (name: string, since: number): void => {
    seconds[name] = (seconds[name] ?? 0) + (performance.now() - since) / 1000;
  };

  let parts: BatchRange[] = [];
  for (let repairs = 0; ; repairs++) {
    const featurizingAt = performance.now();
    await featurizeRun({
      run,
      epoch,
      attempt: repairs,
      out,
      queue,
      source,
      batchSize: features.batchSize,
      limit: features.limit,
      window,
      maxQuarantine: machine.maxQuarantine,
      onListed: () => refuseTooManyComponents(model.components, ledger.listed),
      ledger,
      signal,
    });
    lap("featurizing", featurizingAt);
    try {
      const reducingAt = performance.now();
      parts = await reduceRun({
        run,
        epoch,
        generation,
        attempt: repairs,
        queue,
        window,
        ledger,
        partitions: model.partitions,
        csv: machine.csv,
        maxQuarantine: machine.maxQuarantine,
        signal,
      });
      lap("reducing", reducingAt);
      break;
    } catch (error) {
      if (!(error instanceof LostShardError) || repairs === maxRepairs) throw error;
      ledger.keepShards(await storedShards(out, run));
    }
  }

  return publishResult({
    file,
    generation,
    epoch,
    log,
    out,
    csv: machine.csv,
    parts: parts.length,
    ledger,
    seconds,
    startedAt,
    now,
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

async function logFailure(log: RunLog, epoch: number, error: unknown, now: () => Date): Promise<void> {
  const failure =
    error instanceof PomonaError
      ? {
          code: error.code,
          message: error.message,
          exitCode: error.exitCode,
          ...(error.remedy && { remedy: error.remedy }),
        }
      : { code: "internal", message: error instanceof Error ? error.message : String(error), exitCode: 1 };
  try {
    await log.append((state) =>
      state.epoch === epoch ? { kind: "failed", at: now().toISOString(), failure } : undefined,
    );
  } catch {
    // The store that failed the run may refuse this too; the caller gets the first error.
  }
}

async function writeTelemetry(out: ObjectStore, run: string, ledger: RunLedger, at: Date): Promise<void> {
  const minute = Math.floor(at.getTime() / 60_000);
  const { listed, quarantined, decoded, stages } = ledger;
  try {
    const body = { name: "pomona.telemetry", version: 1, at: at.toISOString(), listed, quarantined, decoded, stages };
    await out.put(runLayout(run).telemetryMinute(minute), encodeJson(body));
  } catch {
    // Books never depend on telemetry.
  }
}
