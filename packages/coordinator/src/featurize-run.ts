import type { FeaturesJob, JobQueue, ObjectStore } from "@pomona/core";
import { chainBatches } from "./chain-batches.ts";
import type { ImageSource } from "./image-source.ts";
import { judgeQuarantine } from "./judge-quarantine.ts";
import { runJobs } from "./run-jobs.ts";
import type { RunLedger } from "./run-ledger.ts";

export interface FeaturizeRunOptions {
  readonly run: string;
  readonly epoch: number;
  /** Rounds before this one that ended in lost shards. */
  readonly attempt: number;
  readonly out: ObjectStore;
  readonly queue: JobQueue;
  readonly source: ImageSource;
  readonly batchSize: number;
  readonly limit?: number | undefined;
  readonly window: number;
  readonly maxQuarantine: number;
  readonly ledger: RunLedger;
  /** Called once the last key is known, before the last image is decoded. */
  readonly onListed?: () => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Lists and featurizes at the same time: the first batch is worked on while the second page of keys is read. Ends when
 * the listing is closed and every batch has its shard. Throws {@link BooksError} as soon as too many images are bad.
 */
export async function featurizeRun(options: FeaturizeRunOptions): Promise<void> {
  const { run, out, queue, source, batchSize, limit, window, maxQuarantine, ledger, onListed, signal } = options;
  let wake = (): void => {};
  let listingFailed: unknown;
  async function list(stop: AbortSignal): Promise<void> {
    try {
      if (ledger.listingClosed) return;
      for await (const batch of chainBatches({ out, run, source, batchSize, limit })) {
        if (stop.aborted) return;
        ledger.batchListed(batch);
        if (batch.end) onListed?.();
        wake();
      }
    } catch (error) {
      listingFailed = error;
    } finally {
      wake();
    }
  }
  ledger.enter("featurizing");
  async function* missingBatches(stop: AbortSignal): AsyncGenerator<FeaturesJob> {
    stop.addEventListener("abort", () => wake());
    const listing = list(stop);
    try {
      for (let batch = 0; !stop.aborted; ) {
        if (listingFailed !== undefined) throw listingFailed;
        if (batch < ledger.imagesPerBatch.length) {
          if (!ledger.hasShard(batch)) yield featuresJob(options, batch);
          batch += 1;
        } else if (ledger.listingClosed) {
          return;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      // Whoever stops this may delete the output next.
      await listing;
    }
  }
  await runJobs({
    queue,
    name: "features",
    jobs: missingBatches,
    window,
    signal,
    onResult(job, result) {
      ledger.batchDone(job.batch, result);
      if (ledger.listingClosed) judgeQuarantine(ledger.quarantined, ledger.listed, maxQuarantine);
    },
  });
  judgeQuarantine(ledger.quarantined, ledger.listed, maxQuarantine);
}

function featuresJob(options: FeaturizeRunOptions, batch: number): FeaturesJob {
  const { run, epoch, attempt, ledger } = options;
  const priority = priorityOf(ledger, batch);
  return { kind: "features", id: `${run}-f${batch}-e${epoch}-${attempt}`, run, batch, priority };
}

/** Virtual time of the run: images handed out before this batch, in units of 64. */
function priorityOf(ledger: RunLedger, batch: number): number {
  const average = ledger.listed / Math.max(1, ledger.imagesPerBatch.length);
  return Math.floor((batch * average) / 64);
}
