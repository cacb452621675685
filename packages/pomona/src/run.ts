import { randomBytes } from "node:crypto";
import { checkReachable, driveRun, identifyProcess, openOutput, preflight } from "@pomona/coordinator";
import { type Config, makeRunId, Patience, type RunProgress } from "@pomona/core";
import { EmbeddedQueue } from "@pomona/queue";
import { startReducer } from "@pomona/reducer/start-reducer";
import { createRunOpener, FolderStore, PatientStore, type RetryListener, s3OptionsOf } from "@pomona/store";
import { usableCores } from "@pomona/vision/thread-budget";
import { type InferenceInfo, startWorker } from "@pomona/worker";
import { LiveProgress } from "./live-progress.ts";
import { type Log, logJobs, silent } from "./log.ts";
import { describeSkipped, openImages, openPlace } from "./places.ts";
import { type RunSummary, summarise } from "./run-summary.ts";
import { SkippedEntries } from "./skipped-entries.ts";
import { version } from "./version.ts";
import { withClosers } from "./with-closers.ts";

export interface RunOptions {
  /** Folder or S3 prefix of images. */
  readonly input: string;
  /** Folder or S3 prefix for the result. */
  readonly out: string;
  readonly config: Config;
  /** Where runs are registered. */
  readonly home: string;
  /** Where weights are looked up and downloaded to. */
  readonly cacheDir: string;
  readonly cwd: string;
  readonly submittedBy: string;
  /** Environment of the child processes; default: this process's own. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Delete an earlier result of Pomona in `out`. */
  readonly overwrite?: boolean;
  /** Where only model options differ, make model and table anew from the stored features. */
  readonly refit?: boolean;
  /** Work on an output that another process claims. */
  readonly takeOver?: boolean;
  readonly onProgress?: (progress: RunProgress) => void;
  /** Receives what happened, for whoever looks for causes. */
  readonly log?: Log;
  /** Things that a person should know and that are no error. */
  readonly onNotice?: (message: string) => void;
  /** Aborted: what is in flight is finished, then the signal's reason is thrown; the run can be resumed. */
  readonly signal?: AbortSignal;
}

/** Batches that the worker works on at a time: the next one is read and decoded while one is inferred. */
const batchesInFlight = 2;

/**
 * The whole job in this process and its children, without any service: images to `out/parquet`. Does nothing where the
 * same result is there; goes on where an earlier call stopped. Throws {@link PomonaError} with a remedy.
 */
export async function run(options: RunOptions): Promise<RunSummary> {
  const {
    config,
    cwd,
    overwrite = false,
    refit = false,
    takeOver = false,
    onNotice = () => {},
    log = silent,
    environment,
    signal,
  } = options;
  const { machine, features } = config;
  const startedAt = performance.now();
  const secondsSoFar = (): number => (performance.now() - startedAt) / 1000;
  const skippedEntries = new SkippedEntries();
  const s3 = s3OptionsOf(machine);
  const bareInput = await openPlace(options.input, cwd, "input", { onSkip: skippedEntries.add, s3 });
  const bareOut = await openPlace(options.out, cwd, "output", { s3 });
  const bareHome = await openPlace(options.home, cwd, "home", { s3 });
  const giveUpAfterMs = machine.giveUpAfter * 1000;
  const patience = new Patience({ giveUpAfterMs });
  const onRetry: RetryListener = ({ operation, attempt, error }) => {
    log.warn({ operation, attempt, key: error.key }, error.message);
  };
  const [input, out, home] = [bareInput, bareOut, bareHome].map(
    (store) => new PatientStore(store, patience, { onRetry }),
  ) as [PatientStore, PatientStore, PatientStore];
  // What processes that died in the middle of a write left behind.
  if (bareOut instanceof FolderStore) await bareOut.sweepTemporary({ olderThanMs: 60_000 });
  const images = await openImages({ input, out, features, cwd, s3 });
  // A list of keys is read without asking the input, and sorted once.
  const listed = features.keysFrom !== undefined;
  const bare = listed ? images : await openImages({ input: bareInput, out: bareOut, features, cwd, s3 });

  await checkReachable(bareOut);
  const opened = await openOutput({
    home,
    input,
    out,
    config,
    newRun: makeRunId(new Date(), randomBytes(6)),
    owner: await identifyProcess(),
    submittedBy: options.submittedBy,
    pomona: version,
    overwrite,
    refit,
    takeOver,
    now: () => new Date(),
    async beforeBegin() {
      await preflight({
        input: bareInput,
        out: bareOut,
        source: bare.source,
        describeSkipped: () => describeSkipped(bare.skipped),
        deletes: overwrite,
      });
      await bare.check();
    },
  });
  const place = { out: out.uri, seconds: 0, decodedImages: 0, resumedImages: 0, firstImageSeconds: null };
  if (opened.kind === "finished") {
    return summarise(opened.success, { ...place, outcome: "finished", seconds: secondsSoFar(), featurizingSeconds: 0 });
  }

  return withClosers(async (onClose) => {
    onClose(images.close);
    const live = new LiveProgress({ startedAt, onProgress: options.onProgress ?? (() => {}) });
    const processes = machine.workers ?? usableCores();
    const queue = new EmbeddedQueue();
    onClose(() => queue.close());
    const worker = startWorker({
      queue,
      openRun: createRunOpener({ home, onRetry, s3 }),
      weights: { cacheDir: options.cacheDir, cwd },
      workers: processes,
      inferBatch: machine.inferBatch,
      batchesInFlight,
      onImages: live.onImages,
      // glibc would keep an arena per thread, and never give one back (decoding threads come and go).
      ...(environment && { environment: { ...environment, MALLOC_ARENA_MAX: "2" } }),
    });
    onClose(() => worker.close());
    const reducer = startReducer({ queue, home: home.uri, processes, s3 });
    onClose(() => reducer.close());
    const warm = worker.warm(features);
    // A failed start reaches the run through its first batch.
    warm.then(
      (info) => announce(info, onNotice),
      () => {},
    );
    queue.onEnded("features", ({ job }) => {
      if (job.kind === "features") live.onStored(job.batch);
    });
    logJobs(queue, log);
    log.info({ run: opened.file.run, resumed: opened.resumed, generation: opened.generation }, "run opened");
    const { success, decoded, resumed } = await driveRun({
      ...opened,
      out,
      source: images.source,
      machine,
      dispatch: { queue, window: () => 2 * batchesInFlight, signal },
      onProgress: (progress) => {
        // What holds the network is not needed beside what reduces.
        if (progress.phase !== "listing" && progress.phase !== "featurizing") void worker.rest();
        live.onProgress(progress);
      },
    });
    skippedEntries.tell(onNotice);
    return summarise(success, {
      outcome: "done",
      out: out.uri,
      seconds: secondsSoFar(),
      decodedImages: decoded,
      resumedImages: resumed,
      firstImageSeconds: live.firstImageSeconds,
      featurizingSeconds: success.seconds.featurizing ?? 0,
    });
  });
}

function announce(info: InferenceInfo, onNotice: (message: string) => void): void {
  for (const passedOver of info.passedOver) onNotice(`Using ${info.engine}. ${passedOver}`);
  if (info.untrained) {
    onNotice("WARNING: the network is random (--weights untrained): the features describe nothing.");
  }
}
