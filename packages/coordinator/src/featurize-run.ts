import type { Batch, FeaturesJob, ObjectStore } from "@pomona/core";
import { chainBatches } from "./chain-batches.ts";
import type { Dispatch } from "./dispatch.ts";
import type { ImageSource } from "./image-source.ts";
import { judgeQuarantine } from "./judge-quarantine.ts";
import { ListingPace } from "./listing-pace.ts";
import { runJobs } from "./run-jobs.ts";
import type { RunLedger } from "./run-ledger.ts";
import type { Turns } from "./virtual-time.ts";

export interface FeaturizeRunOptions {
  readonly run: string;
  readonly epoch: number;
  /** Rounds before this one that ended in lost shards. */
  readonly attempt: number;
  readonly out: ObjectStore;
  readonly dispatch: Dispatch;
  readonly source: ImageSource;
  readonly batchSize: number;
  readonly limit?: number | undefined;
  readonly turns: Turns;
  readonly maxQuarantine: number;
  readonly ledger: RunLedger;
  /** Told of each batch of the chain, before it is handed out. */
  readonly onBatch?: (batch: Batch) => Promise<void>;
  /** Called once the last key is known, before the last image is decoded. */
  readonly onListed?: () => void;
}

/** Listed batches that wait to be handed out: beyond them a listing has time. */
const farAhead = 64;
/** For so long after the end of a batch others are taken to be in hand. */
const atWorkMs = 5000;

/**
 * Lists and featurizes at the same time: the first batch is worked on while the second page of keys is read. Ends when
 * the listing is closed and every batch has its shard. Throws {@link BooksError} as soon as too many images are bad.
 */
export async function featurizeRun(options: FeaturizeRunOptions): Promise<void> {
  const { run, out, dispatch, source, batchSize, limit, maxQuarantine, ledger, turns, onListed } = options;
  const { onBatch = async () => {} } = options;
  let wake = (): void => {};
  let listingFailed: unknown;
  /** The next batch to hand out. */
  let next = 0;
  let lastEnd = Number.NEGATIVE_INFINITY;
  const pace = new ListingPace();
  const hasTime = (): boolean =>
    ledger.imagesPerBatch.length - next > farAhead && performance.now() - lastEnd < atWorkMs;
  async function list(stop: AbortSignal): Promise<void> {
    try {
      if (ledger.listingClosed) return;
      for await (const batch of chainBatches({ out, run, source, batchSize, limit })) {
        if (stop.aborted) return;
        await onBatch(batch);
        ledger.batchListed(batch);
        if (batch.end) onListed?.();
        wake();
        if (hasTime()) await pace.yield();
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
      while (!stop.aborted) {
        if (listingFailed !== undefined) throw listingFailed;
        if (next < ledger.imagesPerBatch.length) {
          if (!ledger.hasShard(next)) yield featuresJob(options, next);
          next += 1;
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
    ...dispatch,
    name: "features",
    turns: options.turns,
    jobs: missingBatches,
    onResult(job, result) {
      lastEnd = performance.now();
      turns.served(job.priority);
      ledger.batchDone(job.batch, result);
      if (ledger.listingClosed) judgeQuarantine(ledger.quarantined, ledger.listed, maxQuarantine);
    },
  });
  judgeQuarantine(ledger.quarantined, ledger.listed, maxQuarantine);
}

function featuresJob({ run, epoch, attempt, ledger, turns }: FeaturizeRunOptions, batch: number): FeaturesJob {
  const priority = turns.take(ledger.imagesPerBatch[batch] ?? 0);
  return { kind: "features", id: `${run}-f${batch}-e${epoch}-${attempt}`, run, batch, priority };
}
