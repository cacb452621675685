import type { Config, ObjectStore, Phase, RunProgress } from "@pomona/core";
// Not from its index, which loads the client of Redis.
import { EmbeddedQueue } from "@pomona/queue/embedded-queue";
import { startReducer } from "@pomona/reducer/start-reducer";
import { createRunOpener, type RetryListener, s3OptionsOf } from "@pomona/store";
import { usableCores } from "@pomona/vision/thread-budget";
import {
  batchesInFlightFor,
  decodersFor,
  type InferenceInfo,
  inferenceEnvironment,
  startWorker,
  type WorkerOptions,
} from "@pomona/worker";

export interface LocalRolesOptions extends Pick<WorkerOptions, "onTaken" | "onImages"> {
  readonly config: Config;
  readonly home: ObjectStore;
  readonly cwd: string;
  /** Where weights are looked up and downloaded to. */
  readonly cacheDir: string;
  /** Environment of the child processes; default: this process's own. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  readonly onRetry: RetryListener;
  readonly onNotice: (message: string) => void;
  /** Given what has to be closed, in the order of opening. */
  readonly onClose: (close: () => Promise<void>) => void;
}

/** A worker and a reducer in this process and its children. */
export interface LocalRoles {
  readonly queue: EmbeddedQueue;
  /** Jobs that may be handed out at a time. */
  readonly window: () => number;
  /** Starts and rests processes as the run comes to need them. */
  readonly prepareFor: (progress: RunProgress) => void;
}

/** Batches that the worker works on at a time on a CPU: the next one is read and decoded while one is inferred. */
const cpuBatchesInFlight = 2;

/** Phases in which images are read. */
const inferring: ReadonlySet<Phase> = new Set(["restoring", "listing", "featurizing", "retrying"]);

/** Starts both roles, and the engine of the worker. What keeps it from starting reaches the run through its first batch. */
export function startLocalRoles(options: LocalRolesOptions): LocalRoles {
  const { home, cwd, cacheDir, environment, onRetry, onNotice, onClose } = options;
  const { features, machine } = options.config;
  const s3 = s3OptionsOf(machine);
  const processes = machine.workers ?? usableCores();
  const { device, inferBatch } = machine;
  const decoders = decodersFor({ decoders: machine.decoders, workers: processes, engine: features.engine, device });
  const batchesInFlight =
    decoders === 0 ? cpuBatchesInFlight : batchesInFlightFor({ workers: processes, decoders, inferBatch });
  const queue = new EmbeddedQueue();
  onClose(() => queue.close());
  const worker = startWorker({
    queue,
    openRun: createRunOpener({ home, onRetry, s3 }),
    weights: { cacheDir, cwd },
    workers: processes,
    decoders: machine.decoders,
    device,
    inferBatch,
    batchesInFlight,
    network: features,
    onTaken: options.onTaken,
    onImages: options.onImages,
    ...(environment && { environment: inferenceEnvironment(environment, { workers: decoders || processes }) }),
  });
  onClose(() => worker.close());
  const reducer = startReducer({ queue, home: home.uri, processes, environment, s3 });
  onClose(() => reducer.close());
  worker.warm(features).then(
    (info) => announce(info, onNotice),
    () => {},
  );
  return {
    queue,
    window: () => 2 * batchesInFlight,
    prepareFor({ phase, total, pendingBatches }) {
      // While the last batches are worked on there is time to start what comes after them…
      if (phase === "featurizing" && total !== undefined && pendingBatches <= batchesInFlight) reducer.warm();
      // …beside which what holds the network is not needed.
      if (!inferring.has(phase)) void worker.rest();
    },
  };
}

function announce(info: InferenceInfo, onNotice: (message: string) => void): void {
  for (const notice of info.notices) onNotice(notice);
  for (const passedOver of info.passedOver) onNotice(`Using ${info.engine}. ${passedOver}`);
  if (info.untrained) {
    onNotice("WARNING: the network is random (--weights untrained): the features describe nothing.");
  }
}
