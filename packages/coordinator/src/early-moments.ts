import { setTimeout as sleep } from "node:timers/promises";
import { groupBatches, type JobResult, type MomentsJob, type PreviewJob } from "@pomona/core";
import type { Dispatch } from "./dispatch.ts";
import { runJobs } from "./run-jobs.ts";
import type { RunLedger } from "./run-ledger.ts";

export interface EarlyMomentsOptions {
  readonly run: string;
  readonly epoch: number;
  readonly attempt: number;
  readonly generation: number;
  readonly dispatch: Dispatch;
  readonly ledger: RunLedger;
  /** How often to look whether another group is complete. Default 200. */
  readonly everyMs?: number;
}

/** Shares of the groups after which people are shown what the components explain by then. */
const previewsAt = [0.05, 0.25, 0.5] as const;
/** With fewer the whole is there soon. */
const fewestGroups = 4;

/**
 * Moments of groups whose shards are there, while the images of others are still being featurized: reducers of a pool have
 * nothing else to do then, and less is left for the end. After 5, 25 and 50 % of the groups, in their order, the variance
 * that components of these images explain goes into the ledger. A courtesy: what fails here is met again in its phase.
 */
export class EarlyMoments {
  readonly #options: EarlyMomentsOptions;
  readonly #stopping = new AbortController();
  readonly #rows = new Map<number, number>();
  readonly #ended: Promise<void>;

  constructor(options: EarlyMomentsOptions) {
    this.#options = options;
    this.#ended = this.#make().catch(() => {});
  }

  /** Waits for jobs in hand. Answers the rows of each group that is done. */
  async stop(): Promise<ReadonlyMap<number, number>> {
    this.#stopping.abort();
    await this.#ended;
    return this.#rows;
  }

  #make(): Promise<void> {
    const { dispatch } = this.#options;
    const signals = [this.#stopping.signal, dispatch.signal].filter((signal) => signal !== undefined);
    return runJobs<MomentsJob | PreviewJob>({
      ...dispatch,
      signal: AbortSignal.any(signals),
      name: "reduce",
      jobs: (stop) => this.#jobs(stop),
      onResult: (job, result) => this.#done(job, result),
    });
  }

  #done(job: MomentsJob | PreviewJob, { rows, explainedVariance = [] }: JobResult): void {
    const { ledger } = this.#options;
    if (job.kind === "moments") this.#rows.set(job.group, rows);
    else
      ledger.previewed({ groups: job.groups, of: groupBatches(ledger.imagesPerBatch).length, rows, explainedVariance });
  }

  async *#jobs(stop: AbortSignal): AsyncGenerator<MomentsJob | PreviewJob> {
    const { run, epoch, attempt, generation, ledger, everyMs = 200 } = this.#options;
    const pause = (): Promise<void> => sleep(everyMs, undefined, { signal: stop, ref: false }).catch(() => {});
    const idOf = (what: string): string => `${run}-g${generation}-${what}-e${epoch}-${attempt}`;
    const shared = { run, generation, priority: 0 };
    while (!ledger.listingClosed && !stop.aborted) await pause();
    const groups = groupBatches(ledger.imagesPerBatch);
    if (groups.length < fewestGroups) return;
    const previews = new Set(previewsAt.map((share) => Math.ceil(share * groups.length)));
    for (const [group, range] of groups.entries()) {
      while (!isComplete(ledger, range) && !stop.aborted) await pause();
      if (stop.aborted) return;
      yield { ...shared, ...range, kind: "moments", id: idOf(`m${group}`), group };
      if (!previews.has(group + 1)) continue;
      while (this.#rows.size <= group && !stop.aborted) await pause();
      if (stop.aborted) return;
      yield { ...shared, kind: "preview", id: idOf(`v${group + 1}`), groups: group + 1 };
    }
  }
}

function isComplete(ledger: RunLedger, { from, to }: { readonly from: number; readonly to: number }): boolean {
  for (let batch = from; batch < to; batch++) if (!ledger.hasShard(batch)) return false;
  return true;
}
