import { discardShards, driveRun, openOutput, RunControl } from "@pomona/coordinator";
import { type LogState, type ObjectStore, type OpenRun, Patience, type RunProgress } from "@pomona/core";
import { PatientStore, type RetryListener, s3OptionsOf } from "@pomona/store";
import { LiveProgress } from "./live-progress.ts";
import { type LocalRoles, startLocalRoles } from "./local-roles.ts";
import { type Log, logJobs, silent } from "./log.ts";
import { type OutputRequest, prepareOutput } from "./prepare-output.ts";
import { requireNetworkHere } from "./require-network-here.ts";
import { type RunSummary, summarise, summariseFinished } from "./run-summary.ts";
import { SkippedEntries } from "./skipped-entries.ts";
import { withClosers } from "./with-closers.ts";
import { type WriteReportOptions, writeReport } from "./write-report.ts";

export interface RunOptions extends OutputRequest {
  /** Where weights are looked up and downloaded to. */
  readonly cacheDir: string;
  /** Environment of the child processes; default: this process's own. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly onProgress?: (progress: RunProgress) => void;
  /** Receives what happened, for whoever looks for causes. */
  readonly log?: Log;
  /** Things that a person should know and that are no error. */
  readonly onNotice?: (message: string) => void;
  /** Aborted: what is in flight is finished, then the signal's reason is thrown; the run can be resumed. */
  readonly signal?: AbortSignal;
}

/**
 * The whole job in this process and its children, without any service: images to `out/parquet`. Does nothing where the
 * same result is there; goes on where an earlier call stopped. Throws {@link PomonaError} with a remedy.
 */
export async function run(options: RunOptions): Promise<RunSummary> {
  const { config, cwd, onNotice = () => {}, log = silent, environment, signal } = options;
  const { machine } = config;
  const startedAt = performance.now();
  const secondsSoFar = (): number => (performance.now() - startedAt) / 1000;
  const skippedEntries = new SkippedEntries();
  const giveUpAfterMs = machine.giveUpAfter * 1000;
  const onRetry: RetryListener = ({ operation, attempt, error }) => {
    log.warn({ operation, attempt, key: error.key }, error.message);
  };
  return withClosers(async (onClose) => {
    const live = new LiveProgress({ startedAt, onProgress: options.onProgress ?? (() => {}) });
    let roles: LocalRoles | undefined;
    function startRoles(home: ObjectStore): LocalRoles {
      const { onTaken, onImages } = live;
      const { cacheDir } = options;
      const reports = { onRetry, onNotice, onTaken, onImages };
      roles ??= startLocalRoles({ config, home, cwd, cacheDir, environment, onClose, ...reports });
      return roles;
    }
    const { options: request, images } = await prepareOutput(options, {
      // Each has its own: that one place answers is no sign that the other will.
      patient: (store) => new PatientStore(store, new Patience({ giveUpAfterMs }), { onRetry }),
      onSkip: skippedEntries.add,
      async beforeBegin() {
        await requireNetworkHere(config, { cwd, cacheDir: options.cacheDir, environment });
        // Engines load while the places are tried.
        startRoles(request.home);
      },
    });
    onClose(images.close);
    const { out } = request;
    const opened = await openOutput(request);
    if (opened.kind === "finished") return summariseFinished(opened.success, out.uri, secondsSoFar());

    const { queue, window, prepareFor } = startRoles(request.home);
    queue.onEnded("features", ({ job }) => {
      if (job.kind === "features" || job.kind === "retry") live.onStored(job.batch);
    });
    logJobs(queue, log);
    log.info({ run: opened.file.run, resumed: opened.resumed, generation: opened.generation }, "run opened");
    const control = new RunControl({
      out,
      run: opened.file.run,
      epoch: opened.epoch,
      onPaused: (state) => onNotice(describePause(opened.file.run, state)),
    });
    onClose(control.watch());
    await control.follow();
    const { success, decoded, resumed } = await driveRun({
      ...opened,
      out,
      source: images.source,
      machine,
      dispatch: {
        queue,
        window,
        gate: control.gate,
        signal: AbortSignal.any([control.signal, ...(signal ? [signal] : [])]),
      },
      onProgress: (progress) => {
        prepareFor(progress);
        live.onProgress(progress);
      },
    });
    skippedEntries.tell(onNotice);
    if (machine.discardShards) await tryDiscard({ file: opened.file, out }, onNotice);
    if (machine.report === "full") await tryReport({ out, cwd, s3: s3OptionsOf(machine), onNotice });
    return summarise(success, {
      outcome: "done",
      out: out.uri,
      seconds: secondsSoFar(),
      decodedImages: decoded,
      resumedImages: resumed,
      firstImageSeconds: live.firstImageSeconds,
      featurizingSeconds: live.featurizingSeconds,
    });
  });
}

/** The result is there and stays, and so does what could not be removed. */
async function tryDiscard(ended: Pick<OpenRun, "file" | "out">, onNotice: (message: string) => void): Promise<void> {
  try {
    await discardShards(ended);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    onNotice(`The stored features could not be removed: ${why}. Try pomona clean ${ended.out.uri}`);
  }
}

/** The result is there and stays, whatever becomes of its report. */
async function tryReport(options: WriteReportOptions & Pick<Required<WriteReportOptions>, "onNotice">): Promise<void> {
  try {
    await writeReport(options);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    options.onNotice(`The report could not be written: ${why}. Try pomona report ${options.out.uri}`);
  }
}

function describePause(run: string, { paused, by }: Pick<LogState, "paused" | "by">): string {
  if (!paused) return `${by} lets the run go on.`;
  return `Paused by ${by}: batches in hand are finished, no more are begun until: pomona resume ${run}`;
}
