import { resolve } from "node:path";
import {
  type Consumer,
  type FeatureConfig,
  type FeaturesJob,
  featureOptions,
  type Job,
  type JobContext,
  type JobQueue,
  type JobResult,
  type NetworkConfig,
  type OpenRun,
  ownNetworkOptions,
  PomonaError,
  type RetryJob,
  type RunOpener,
  UsageError,
} from "@pomona/core";
// Not the whole package: its libraries take a quarter of a second, and room, that the inference processes need.
import type { NetworkSource } from "@pomona/vision";
import { findWeights, type WeightsQuery } from "@pomona/vision/find-weights";
import { preparationVersion } from "@pomona/vision/preparation-version";
import { batchesInFlightFor } from "./batches-in-flight.ts";
import { claimFingerprint, describeFingerprint, FingerprintMismatchError } from "./claim-fingerprint.ts";
import { decodersFor } from "./decoders-for.ts";
import { EarlierRun } from "./earlier-run.ts";
import { featurizeBatch, type ImageCounts } from "./featurize-batch.ts";
import { FetchLimits } from "./fetch-limits.ts";
import { handBackOn } from "./hand-back.ts";
import type { InferenceInfo } from "./inference-messages.ts";
import { InferencePool, type InferencePoolOptions } from "./inference-pool.ts";
import { PoolKeeper } from "./pool-keeper.ts";

export interface WorkerOptions
  extends Pick<
    InferencePoolOptions,
    "workers" | "decoders" | "device" | "inferBatch" | "threads" | "silenceMs" | "environment" | "onInferred"
  > {
  readonly queue: Pick<JobQueue, "consume">;
  readonly openRun: RunOpener;
  /** Where weights are looked for; `explicit` counts for runs that name none. */
  readonly weights: WeightsQuery;
  /** Batches that are fetched and computed at the same time. Default: enough images for all processes. */
  readonly batchesInFlight?: number;
  /** Where it is known before the first batch comes: loaded at once, and no batch is taken before it is. */
  readonly network?: NetworkRequest;
  /** Told when a batch is taken. */
  readonly onTaken?: (batch: number) => void;
  /** Told after each image of a batch. */
  readonly onImages?: (event: ImagesEvent) => void;
}

/** Counts of this attempt of the batch so far. */
export interface ImagesEvent extends ImageCounts {
  readonly run: string;
  readonly batch: number;
}

/** A network as a run asks for it. */
export type NetworkRequest = Partial<NetworkConfig> & Pick<NetworkConfig, "engine">;

export interface Worker {
  /** Starts the inference processes before the first batch comes; answers when the engine is loaded. */
  warm(request: NetworkRequest): Promise<InferenceInfo>;
  /** Ends the inference processes where no batch needs them, for the sake of memory; the next batch starts new ones. */
  rest(): Promise<void>;
  /**
   * Takes no more batches and finishes those in flight; after `graceMs` (default: for ever) hands them back. Then ends
   * the inference processes. Calling it again with a shorter grace shortens the wait.
   */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

/** Makes shards of the batches that come through the queue. */
export function startWorker(options: WorkerOptions): Worker {
  const { queue, openRun, network, onTaken = () => {}, onImages } = options;
  const decoders = decodersFor({ ...options, engine: network?.engine });
  const { batchesInFlight = batchesInFlightFor({ ...options, decoders }) } = options;
  const pools = new PoolKeeper();
  const limits = new FetchLimits();
  const claims = new Map<string, Promise<string>>();
  const earlierRuns = new WeakMap<OpenRun, Promise<EarlierRun | undefined>>();
  /** Of runs that asked for any engine, and whose first worker had another one than would be chosen here. */
  const engines = new Map<string, FeatureConfig["engine"]>();

  function usePool<T>(request: NetworkRequest, work: (pool: InferencePool) => Promise<T>): Promise<T> {
    const { engine, weights, model } = request;
    const key = JSON.stringify([engine, weights, model, ...ownNetworkOptions.map((name) => request[name])]);
    return pools.use(key, () => createPool(request, options), work);
  }

  /** Once a run, unless it fails. */
  function claim(run: OpenRun, info: InferenceInfo): Promise<string> {
    const id = run.file.run;
    const claimed = claims.get(id) ?? claimFor(run, info);
    claims.set(id, claimed);
    claimed.catch(() => claims.delete(id));
    return claimed;
  }

  /** Once a run, and again where it failed. */
  function earlierOf(run: OpenRun): Promise<EarlierRun | undefined> {
    const opening = earlierRuns.get(run) ?? EarlierRun.of(run);
    earlierRuns.set(run, opening);
    opening.catch(() => earlierRuns.delete(run));
    return opening;
  }

  function handle(job: Job, context: JobContext): Promise<JobResult> {
    return handBackOn(context.signal, () => featurizeJob(job, context));
  }

  async function featurizeJob(job: Job, context: JobContext): Promise<JobResult> {
    if (job.kind !== "features" && job.kind !== "retry") {
      throw new TypeError(`job ${job.id} of kind ${job.kind} is none of a worker's`);
    }
    onTaken(job.batch);
    const opened = await openRun(job.run);
    const isSettled = opened.file.features.engine !== "auto" || engines.has(job.run);
    try {
      return await featurizeOpened(opened, job, context);
    } catch (error) {
      const engine = error instanceof FingerprintMismatchError ? engineNamed(error.otherEngine) : undefined;
      if (engine === undefined || isSettled) throw error;
      engines.set(job.run, engine);
      return featurizeOpened(opened, job, context);
    }
  }

  function featurizeOpened(
    opened: OpenRun,
    job: FeaturesJob | RetryJob,
    { signal, restarts }: JobContext,
  ): Promise<JobResult> {
    const { run, batch } = job;
    const { features } = opened.file;
    return usePool({ ...features, engine: engines.get(run) ?? features.engine }, async (pool) => {
      const info = await pool.ready;
      const fingerprint = await claim(opened, info);
      const earlier = await earlierOf(opened);
      return featurizeBatch({
        openRun: opened,
        batch,
        featurizer: pool,
        dimension: info.dimension,
        fingerprint,
        limits,
        signal,
        restarts,
        earlier,
        ...(job.kind === "retry" && { retry: { generation: job.generation } }),
        ...(onImages && { onImages: (counts) => onImages({ run, batch, ...counts }) }),
      });
    });
  }

  let consumer: Consumer | undefined;
  let isClosing = false;
  function consume(): void {
    if (!isClosing) consumer = queue.consume("features", handle, { concurrency: batchesInFlight });
  }

  const warm = (request: NetworkRequest) => usePool(request, (pool) => pool.ready);
  // A failure reaches the run through its first batch.
  if (network === undefined) consume();
  else warm(network).then(consume, consume);
  return {
    warm,
    rest: () => pools.rest(),
    async close(closing) {
      isClosing = true;
      await consumer?.close(closing);
      await pools.close();
    },
  };
}

function createPool(request: NetworkRequest, options: WorkerOptions): InferencePool {
  const { workers, decoders, device, inferBatch, threads, silenceMs, environment, onInferred } = options;
  // The processes load their libraries while the network is looked for.
  const network = locateNetwork(request, options.weights);
  const { engine } = request;
  const processes = { workers, decoders, device, inferBatch, threads, silenceMs, environment, onInferred };
  return new InferencePool({ engine, network, ...processes });
}

/** The network that a run asks for, as an inference process loads it. */
export async function locateNetwork(
  { model, weights, ...request }: NetworkRequest,
  query: WeightsQuery,
): Promise<NetworkSource> {
  if (model === undefined) {
    const { cacheDir } = query;
    return { weights: await locateWeights({ ...query, explicit: weights ?? query.explicit }), cacheDir };
  }
  const described = Object.fromEntries(ownNetworkOptions.map((name) => [name, request[name]]));
  return { model: { ...described, file: resolve(query.cwd, model) } };
}

/** As an error of ours: a run or a command ends with it. */
async function locateWeights(query: WeightsQuery): Promise<string> {
  try {
    return await findWeights(query);
  } catch (cause) {
    const options = { cause, remedy: "Give the file with --weights FILE; --weights untrained runs a random network." };
    const message = cause instanceof Error ? cause.message : String(cause);
    if (query.explicit !== undefined) throw new UsageError("weights-not-found", message, options);
    throw new PomonaError("weights-not-found", message, options);
  }
}

function claimFor({ out, file: { run, features } }: OpenRun, info: InferenceInfo): Promise<string> {
  const prepared = preparationVersion(features, info.libvips);
  return claimFingerprint(out, run, describeFingerprint(info, prepared, features), features);
}

function engineNamed(name: string | undefined): FeatureConfig["engine"] | undefined {
  return name === undefined ? undefined : featureOptions.shape.engine.safeParse(name).data;
}
