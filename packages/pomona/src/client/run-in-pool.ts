import { hostname } from "node:os";
import { operateRun } from "@pomona/coordinator";
import { exitCodes, PomonaError, RunLog, type RunProgress, type Success } from "@pomona/core";
import { connectQueue, type PoolRegistry } from "@pomona/queue";
import { type RunSummary, summarise } from "../run-summary.ts";
import { withClosers } from "../with-closers.ts";
import { awaitReport } from "./await-report.ts";
import { followRun } from "./follow-run.ts";
import { homeOfPool } from "./home-of-pool.ts";
import { awaitRoles, liveRoles } from "./live-roles.ts";
import { refuseLocalPlaces } from "./refuse-local-places.ts";
import { type SubmitOptions, type Submitted, submitRun } from "./submit-run.ts";
import { watchTroubles } from "./trouble-watch.ts";

export interface RunInPoolOptions extends Omit<SubmitOptions, "home"> {
  readonly redis: string;
  /** What other commands need to find this pool, such as ` --redis redis://host`, or nothing. */
  readonly poolFlag: string;
  /** `--home`, which must be the pool's. */
  readonly homeFlag: string | undefined;
  /** How long a coordinator and a worker may take to appear. */
  readonly waitMs: number;
  readonly onProgress: (progress: RunProgress) => void;
  readonly onNotice: (notice: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Thrown when the user stopped following a run, which goes on. */
export class Detached extends PomonaError {
  override readonly name = "Detached";
  constructor(run: string, poolFlag: string) {
    super("detached", `run ${run} goes on in the pool`, {
      exitCode: exitCodes.interrupted,
      remedy: [
        `Follow it with the same command again, or: pomona status ${run} --watch${poolFlag}`,
        `End it: pomona cancel ${run}${poolFlag}`,
      ].join("\n"),
    });
  }
}

/** Submits a run, or attaches to the one that does the same, and waits for its end. Throws what it failed with. */
export async function runInPool(options: RunInPoolOptions): Promise<RunSummary> {
  const { redis, onNotice, waitMs, signal } = options;
  const startedAt = performance.now();
  return withClosers(async (onClose) => {
    const queue = await connectQueue({ url: redis, role: "producer" });
    onClose(() => queue.close());
    const { registry } = queue;
    const home = await homeOfPool({ ...options, registry });
    const submitted = await submitToPool({ ...options, home, registry });
    const { run, out, outcome, success } = submitted;
    const place = { out: out.uri, decodedImages: 0, resumedImages: 0, firstImageSeconds: null, featurizingSeconds: 0 };
    const secondsSoFar = (): number => (performance.now() - startedAt) / 1000;
    if (success !== undefined) return summarise(success, { ...place, outcome: "finished", seconds: secondsSoFar() });

    onNotice(outcome === "attached" ? `Run ${run} does this already: following it.` : `Submitted run ${run}.`);
    try {
      const missing = await awaitRoles({ registry, waitMs, onNotice, signal });
      if (missing !== undefined) throw await withoutPool(submitted, missing, options.submittedBy);
      onClose(watchTroubles(registry, run, onNotice));
      const seen = new SeenProgress(startedAt);
      const ended = await followRun({
        out,
        run,
        toldProgress: (id) => registry.progress(id),
        onProgress(progress) {
          seen.add(progress);
          options.onProgress(progress);
        },
        signal,
      });
      await awaitReport({ out, success: ended, onNotice, signal });
      return summarise(ended, { outcome: "done", out: out.uri, seconds: secondsSoFar(), ...seen.facts(ended) });
    } catch (error) {
      throw signal?.aborted ? new Detached(run, options.poolFlag) : error;
    }
  });
}

/** Records a run and tells the coordinator, after a look at whether the pool can reach its places. */
export async function submitToPool(
  options: SubmitOptions & { readonly registry: Pick<PoolRegistry, "consumers" | "poke"> },
): Promise<Submitted> {
  const { registry, input, out, home, cwd, update } = options;
  const roles = await liveRoles(registry);
  refuseLocalPlaces({
    places: [input, out, ...(update === undefined ? [] : [update.from])],
    home,
    roles,
    host: hostname(),
    cwd,
  });
  const submitted = await submitRun(options);
  if (submitted.outcome === "submitted") await registry.poke(submitted.run);
  return submitted;
}

/** A run that somebody else submitted is left as it is. */
async function withoutPool({ outcome, run, out }: Submitted, missing: string, by: string): Promise<PomonaError> {
  const isOurs = outcome === "submitted";
  if (isOurs) await operateRun("cancel", { log: new RunLog(out), run, by, now: () => new Date() });
  return new PomonaError("no-pool", `this pool has ${missing}; run ${run} ${isOurs ? "was cancelled" : "waits"}`, {
    remedy: "Start pomona coordinator, worker and reducer with the same --redis, then give the same command again.",
  });
}

/** What a follower can say of a run's work from the progress that it saw. */
class SeenProgress {
  readonly #startedAt: number;
  #resumed = 0;
  #firstImageSeconds: number | null = null;

  constructor(startedAt: number) {
    this.#startedAt = startedAt;
  }

  add({ phase, done, resumed }: RunProgress): void {
    this.#resumed = resumed;
    if (phase !== "featurizing" || done <= resumed) return;
    this.#firstImageSeconds ??= (performance.now() - this.#startedAt) / 1000;
  }

  facts({ books, seconds, generation, update }: Success) {
    // A later generation is made of stored features.
    const resumedImages = generation > 1 ? books.listed : Math.min(this.#resumed, books.listed);
    const reusedImages = generation > 1 ? 0 : (update?.reused ?? 0);
    return {
      resumedImages,
      decodedImages: Math.max(0, books.listed - resumedImages - reusedImages),
      firstImageSeconds: this.#firstImageSeconds,
      featurizingSeconds: seconds.featurizing ?? 0,
    };
  }
}
