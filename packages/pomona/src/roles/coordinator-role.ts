import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import {
  type ActiveRun,
  discardShards,
  identifyProcess,
  type RunEnd,
  RunServer,
  requestReport,
} from "@pomona/coordinator";
import { type ObjectStore, type OpenRun, Patience, UsageError } from "@pomona/core";
import { announceEveryMs, type PoolRegistry } from "@pomona/queue";
import { createRunOpener, PatientStore, type RetryListener } from "@pomona/store";
import type { ApiFlags } from "../api/api-flags.ts";
import { startFlaggedApi } from "../api/flagged-api.ts";
import { describeError } from "../describe-error.ts";
import { logJobs } from "../log.ts";
import { openImages, openPlace } from "../places.ts";
import type { Surroundings } from "../surroundings.ts";
import { userFolders } from "../user-folders.ts";
import { version } from "../version.ts";
import { AfterRuns } from "./after-runs.ts";
import { EndNotices } from "./end-notices.ts";
import type { RunNotice } from "./notify.ts";
import { reachHome } from "./reach-home.ts";
import type { RoleFlags } from "./role-settings.ts";
import { RoundClock } from "./round-clock.ts";
import { type RoleContext, type RunningRole, serveRole } from "./serve-role.ts";
import { keepHeapSmall } from "./small-heap.ts";
import { TroubleLog } from "./trouble-log.ts";

/** `pomona coordinator`: lists inputs, hands out batches and publishes results, for all runs of a home. */
export function coordinatorRole(flags: RoleFlags & ApiFlags, surroundings: Surroundings): Promise<number> {
  keepHeapSmall();
  const start = (context: RoleContext): Promise<RunningRole> => startCoordinator(context, flags);
  return serveRole({ name: "coordinator", connectsAs: "producer", start }, flags, surroundings);
}

const progressEveryMs = 1000;
/** How long the home may not answer in mid-work before a round gives up; the next one tries again. */
const homeGiveUpAfterMs = 60_000;

async function startCoordinator(context: RoleContext, flags: ApiFlags): Promise<RunningRole> {
  const { settings, surroundings, queue, log, metrics, liveness } = context;
  const { cwd } = surroundings;
  const { s3 } = settings;
  const { registry } = queue;
  const given = settings.home ?? userFolders(surroundings.env, surroundings.homeFolder, surroundings.platform).home;
  const bareHome = await openPlace(given, cwd, "home", { s3 });
  await reachHome({
    // Says soon why it fails, for it is tried again.
    home: await openPlace(given, cwd, "home", { s3: { ...s3, maxAttempts: 2 } }),
    standing: context.standing,
    log,
    signal: surroundings.signal,
  });
  await refuseSecondHome(registry, bareHome.uri);
  const onRetry: RetryListener = ({ operation, attempt, error }) => {
    liveness.touch();
    metrics.storageRetried(operation);
    log.warn({ operation, attempt, key: error.key }, error.message);
  };
  const home: ObjectStore = new PatientStore(bareHome, new Patience({ giveUpAfterMs: homeGiveUpAfterMs }), { onRetry });
  const lists = new Map<string, () => Promise<void>>();
  const notices = new EndNotices(log);
  const discards = new AfterRuns({
    log,
    trouble: "the stored features could not be removed",
    async work(run, signal) {
      const cleaned = await discardShards(run, { signal });
      if (cleaned !== undefined) log.info({ ...cleaned }, "stored features removed");
    },
  });
  const reports = new AfterRuns({
    log,
    trouble: "the report could not be made",
    async work(run, signal) {
      if (await requestReport(run, { queue, signal })) log.info({ run: run.file.run }, "report made");
    },
  });
  // One after the other: who is told is noted in the log of the run under the epoch of its end, which removing raises.
  const finish = (run: OpenRun): void => void discards.do(run).then(() => notices.tell(run));
  const troubles = new TroubleLog(log);

  const lookedAt = new Set<string>();
  const server = new RunServer({
    home,
    openRun: createRunOpener({ home, onRetry, s3 }),
    async sourceOf({ file, input, out }) {
      const images = await openImages({ input, out, features: file.features, cwd, s3 });
      lists.set(file.run, images.close);
      return images.source;
    },
    queue,
    owner: await identifyProcess(),
    onBegun: ({ adopted: { file, epoch, generation, resumed, out } }) => {
      log.info({ run: file.run, epoch, generation, resumed, out: out.uri }, "run begun");
    },
    onEnded: (run, end) => {
      void lists.get(run.adopted.file.run)?.();
      lists.delete(run.adopted.file.run);
      logEnd(run, end, log);
      finish(run.adopted);
      void reports.do(run.adopted);
    },
    // Its coordinator may have died before it did all that.
    onFoundEnded(run) {
      finish(run);
      // Once: what fails would fail again.
      if (!lookedAt.has(run.file.run)) void reports.do(run);
      lookedAt.add(run.file.run);
    },
    onTrouble: (error, run) => troubles.tell(error, run),
  });

  const api = await startFlaggedApi(flags, {
    env: surroundings.env,
    cwd,
    home,
    registry,
    machine: settings.config.machine,
    onFault: (error) => log.error({ ...describeError(error) }, "the API failed"),
  });
  if (api !== undefined) log.info({ port: api.port }, "the API listens");

  const clock = new RoundClock(async () => {
    await registry.setHome(home.uri).catch((error: unknown) => troubles.tell(error, undefined));
    await server.round();
    liveness.touch();
  });
  queue.onInterrupted(() => clock.ring());
  logJobs(queue, log);
  const self = { role: "coordinator", version, id: randomUUID(), host: hostname(), pid: process.pid, slots: 0 };
  const announce = (): void =>
    void registry.announce("coordinator", { ...self, vitals: metrics.vitals.tell() }).catch(() => {});
  announce();
  const timers = [
    setInterval(announce, announceEveryMs),
    setInterval(() => publishProgress(registry, server.active), progressEveryMs),
    clock.listen(registry, (run) => server.look(run)),
  ];
  for (const timer of timers) timer.unref();
  metrics.gauge("backlog_jobs", "Units of work without a result", () => ({ ...server.backlog }), "queue");
  metrics.gauge("active_runs", "Runs that this process drives", () => ({ "": server.active.length }));

  return {
    unready: () => (troubles.isHomeAway ? ["the home does not answer"] : []),
    pages: { "/backlog": () => ({ status: 200, body: server.backlog }) },
    async close() {
      await api?.close();
      for (const timer of timers) clearInterval(timer);
      await clock.stop();
      await server.close();
      await reports.close();
      await discards.close();
      await notices.settle();
      await registry.withdraw("coordinator", self.id).catch(() => {});
    },
  };
}

function publishProgress(registry: PoolRegistry, runs: readonly ActiveRun[]): void {
  for (const { adopted, progress } of runs) {
    // Followers fall back on the store.
    if (progress !== undefined) registry.setProgress(adopted.file.run, progress).catch(() => {});
  }
}

/** One home per pool: a second one would have workers that look for runs in the first. */
async function refuseSecondHome(registry: PoolRegistry, mine: string): Promise<void> {
  const published = await registry.home();
  if (published === undefined || published === mine) return;
  const [other] = await registry.consumers("coordinator");
  if (other === undefined) return;
  throw new UsageError(
    "other-home",
    `the home of this pool is ${published}, served by process ${other.pid} on ${other.host}`,
    {
      remedy: "Give the same --home, or another Redis (or database of it) for another pool.",
    },
  );
}

function logEnd({ adopted }: ActiveRun, end: RunEnd, log: RoleContext["log"]): void {
  const { run } = adopted.file;
  if (end.outcome === "done") log.info({ run, books: end.success.books }, "run done");
  else if (end.outcome === "failed") log.error({ run, ...failureOf(end.error) }, "run failed");
  else log.info({ run, reason: end.reason }, "run left");
}

function failureOf(error: unknown): NonNullable<RunNotice["error"]> {
  const { code, message, remedy } = describeError(error);
  return { code, message, ...(remedy !== undefined && { remedy }) };
}
