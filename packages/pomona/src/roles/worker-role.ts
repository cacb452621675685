import { createRunOpener, type RetryListener } from "@pomona/store";
import { usableCores } from "@pomona/vision/thread-budget";
import { decodersFor, inferenceEnvironment, startWorker } from "@pomona/worker";
import { requireEngineHere } from "../require-network-here.ts";
import type { Surroundings } from "../surroundings.ts";
import { userFolders } from "../user-folders.ts";
import { JobManners } from "./job-manners.ts";
import { findPoolHome, homeMoved } from "./pool-home.ts";
import { type RoleFlags, wholeNumber } from "./role-settings.ts";
import { type RoleContext, type RunningRole, serveRole } from "./serve-role.ts";
import { WeatherReport } from "./weather-report.ts";

export interface WorkerFlags extends RoleFlags {
  readonly batchesInFlight?: string;
}

/** `pomona worker`: makes features of images for the runs of a pool. */
export function workerRole(flags: WorkerFlags, surroundings: Surroundings): Promise<number> {
  return serveRole(
    { name: "worker", connectsAs: "consumer", start: (context) => start(context, flags) },
    flags,
    surroundings,
  );
}

async function start(context: RoleContext, { batchesInFlight }: WorkerFlags): Promise<RunningRole> {
  const { settings, surroundings, queue, log, metrics, liveness, standing, fail } = context;
  const { machine, features } = settings.config;
  // Which engine a run wants is not known yet; the device is this machine's.
  requireEngineHere({ device: machine.device });
  const home = await findPoolHome(context);
  const weather = new WeatherReport(queue.registry);
  const onRetry: RetryListener = ({ operation, attempt, error }) => {
    // Whoever tries again is alive.
    liveness.touch();
    metrics.storageRetried(operation);
    log.debug({ operation, attempt, key: error.key }, error.message);
  };
  const openRun = createRunOpener({
    home: home.store,
    onRetry,
    onSuccess: (run, succeeded) => weather.succeeded(run, succeeded),
    s3: settings.s3,
  });
  const { registry } = queue;
  const manners = new JobManners({ queue, registry, standing, metrics, liveness, log, forgetRun: openRun.forget });
  const folders = userFolders(surroundings.env, surroundings.homeFolder, surroundings.platform);
  const workers = machine.workers ?? usableCores();
  const decoders = decodersFor({ decoders: machine.decoders, workers, device: machine.device });
  const worker = startWorker({
    queue: manners,
    openRun,
    weights: {
      cacheDir: folders.cache,
      cwd: surroundings.cwd,
      ...(features.weights !== undefined && { explicit: features.weights }),
    },
    workers,
    decoders: machine.decoders,
    device: machine.device,
    inferBatch: machine.inferBatch,
    onInferred: (time) => metrics.inferred(time),
    ...(batchesInFlight !== undefined && {
      batchesInFlight: Math.max(1, wholeNumber("--batches-in-flight", batchesInFlight, 64)),
    }),
    environment: inferenceEnvironment(withoutSecrets(surroundings.env), { workers: decoders || workers }),
    onImages: () => liveness.touch(),
  });
  // Runs may name other weights; those at hand are loaded before the first job comes.
  worker.warm({ engine: "auto", weights: undefined }).then(
    ({ engine, device, passedOver }) => {
      standing.engine = engine;
      const apart = machine.decoders ?? (device === "gpu" ? decoders : 0);
      metrics.vitals.engineLoaded({ device, ...(apart > 0 && { decoders: apart }) });
      standing.recovers("engine");
      log.info({ engine, passedOver }, "engine loaded");
    },
    (error: Error & { readonly remedy?: string }) => {
      standing.suffers("engine", error.message);
      log.warn({ remedy: error.remedy }, `no engine yet: ${error.message}`);
    },
  );
  return {
    unready: () =>
      standing.engine === undefined ? ["the engine is not loaded", ...standing.troubles] : alone(standing),
    onHome: (uri) => {
      if (uri !== home.uri) fail(homeMoved(home.uri, uri));
    },
    async close(graceMs) {
      await worker.close({ graceMs });
      weather.stop();
    },
  };
}

/** A refused run is no reason not to be ready: others may fit. */
function alone({ troubles }: { readonly troubles: readonly string[] }): readonly string[] {
  return troubles.filter((trouble) => trouble.startsWith("fails alone"));
}

/** Processes that decode what strangers made need no secrets. */
function withoutSecrets(env: Surroundings["env"]): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^AWS_|^POMONA_REDIS$/.test(name)));
}
