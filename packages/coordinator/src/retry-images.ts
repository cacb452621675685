import {
  encodeRetried,
  type GenerationRequest,
  layersOf,
  type ObjectStore,
  type RetriedLayer,
  type RetryJob,
  readRetriedLayers,
  runLayout,
} from "@pomona/core";
import type { Dispatch } from "./dispatch.ts";
import { refuseLostShard } from "./lost-shard-error.ts";
import type { RetryFinder } from "./retry-finder.ts";
import { runJobs } from "./run-jobs.ts";
import type { RunLedger } from "./run-ledger.ts";
import type { Turns } from "./virtual-time.ts";

export interface RetryImagesOptions {
  readonly run: string;
  readonly epoch: number;
  /** Rounds before this one that ended in lost shards. */
  readonly attempt: number;
  readonly out: ObjectStore;
  readonly dispatch: Dispatch;
  readonly turns: Turns;
  readonly ledger: RunLedger;
  readonly request: GenerationRequest;
  /** Has seen every batch. */
  readonly finder: RetryFinder;
}

/**
 * Has every retried shard made that this generation, or one that it builds on, should have and has not. A generation
 * looks at the images that those before it left in quarantine, so they come one after the other. Throws
 * {@link LostShardError} where a batch has to be featurized first.
 */
export async function retryImages(options: RetryImagesOptions): Promise<void> {
  const { run, out, request, finder } = options;
  if (layersOf(request).length === 0) return;
  const { generation, retry } = request;
  if (retry !== undefined) {
    // Where it is already, it says the same: the books that it comes from do not change.
    await out.putIfAbsent(runLayout(run).generation(generation).retried, encodeRetried(generation, finder.batches));
  }
  const stored = await shardKeys(out, run);
  for (const layer of await readRetriedLayers(out, run, generation)) await retryLayer(options, layer, stored);
}

async function retryLayer(
  { run, epoch, attempt, dispatch, turns, ledger }: RetryImagesOptions,
  { generation, batches }: RetriedLayer,
  stored: ReadonlySet<string>,
): Promise<void> {
  const missing = [...batches].filter((batch) => !stored.has(runLayout(run).retriedShard(batch, generation)));
  if (missing.length === 0) return;
  ledger.enter("retrying", missing.length);
  await runJobs({
    ...dispatch,
    name: "features",
    turns,
    *jobs(): Iterable<RetryJob> {
      for (const batch of missing) {
        const id = `${run}-g${generation}-r${batch}-e${epoch}-${attempt}`;
        yield { kind: "retry", id, run, generation, batch, priority: turns.take(1) };
      }
    },
    onResult({ priority }, result) {
      turns.served(priority);
      ledger.retried(result);
    },
    onFailure(_, failure) {
      refuseLostShard(failure);
      return undefined;
    },
  });
}

async function shardKeys(out: ObjectStore, run: string): Promise<Set<string>> {
  const keys = new Set<string>();
  for await (const { key } of out.list({ prefix: runLayout(run).shards })) keys.add(key);
  return keys;
}
