import {
  HandBackError,
  type Job,
  type JobContext,
  type JobHandler,
  type JobQueue,
  type JobResult,
  PatienceSpentError,
  PomonaError,
} from "@pomona/core";
import type { PoolRegistry } from "@pomona/queue";
import type { Log } from "../log.ts";
import type { Liveness } from "./liveness.ts";
import type { RoleMetrics } from "./role-metrics.ts";
import type { Standing } from "./standing.ts";

export interface MannersOptions {
  readonly queue: JobQueue;
  readonly registry: PoolRegistry;
  readonly standing: Standing;
  readonly metrics: RoleMetrics;
  readonly liveness: Liveness;
  readonly log: Log;
  /** Opens a run with fresh patience when it is asked for again. */
  readonly forgetRun: (run: string) => void;
}

/** What another worker may be able to do, although this one is not. */
const misfits = new Set(["fingerprint-mismatch", "other-protocol", "weights-not-found", "engine-unavailable"]);

/** A refused run may fit after a while: another version of it, or weights that somebody put here. */
const refusalMs = 60_000;
/** Between two jobs of a refused run, that are handed back unread. */
const refusalRestMs = 1_000;
const longestRestMs = 30_000;

interface Refusal {
  readonly message: string;
  readonly until: number;
}

/**
 * How a process of a pool takes jobs: a fault of its own is no reason for a run to fail while others do better.
 *
 *     the run does not fit (fingerprint, protocol, weights) ─▶ handed back, the run refused for a minute
 *     storage fails here, and works for others              ─▶ handed back, a rest of 1, 2, 4 … 30 s
 *     storage fails for everybody, or any other error       ─▶ the job fails
 */
export class JobManners implements Pick<JobQueue, "consume"> {
  readonly #options: MannersOptions;
  readonly #refusals = new Map<string, Refusal>();
  #failedAlone = 0;

  constructor(options: MannersOptions) {
    this.#options = options;
  }

  consume(...[name, handler, options]: Parameters<JobQueue["consume"]>): ReturnType<JobQueue["consume"]> {
    const { queue, liveness } = this.#options;
    return queue.consume(name, (job, context) => liveness.during(() => this.#take(handler, job, context)), options);
  }

  async #take(handler: JobHandler, job: Job, context: JobContext): Promise<JobResult> {
    const { metrics, log } = this.#options;
    metrics.jobStarted(context.restarts);
    try {
      this.#refuseAgain(job.run);
      const result = await handler(job, context);
      metrics.jobEnded(job.kind, "completed", result);
      log.debug({ job: job.id, kind: job.kind, ...result }, "job completed");
      this.#fareWell(job.run);
      return result;
    } catch (error) {
      const answer = await this.#judge(job, error);
      metrics.jobEnded(job.kind, answer instanceof HandBackError ? "handed-back" : "failed");
      throw answer;
    }
  }

  #refuseAgain(run: string): void {
    const refusal = this.#refusals.get(run);
    if (refusal === undefined) return;
    if (Date.now() < refusal.until) throw new HandBackError(refusal.message, { restMs: refusalRestMs });
    this.#refusals.delete(run);
    // It may have been opened with what did not fit.
    this.#options.forgetRun(run);
  }

  #fareWell(run: string): void {
    const { standing, log } = this.#options;
    this.#failedAlone = 0;
    if (standing.recovers("storage")) log.info({}, "storage answers again");
    if (standing.recovers(run)) log.info({ run }, "the run is no longer refused");
  }

  async #judge(job: Job, error: unknown): Promise<unknown> {
    const { log } = this.#options;
    if (error instanceof HandBackError) return error;
    if (error instanceof PomonaError && misfits.has(error.code)) return this.#refuse(job.run, error);
    if (error instanceof PatienceSpentError && (await this.#othersFareBetter(job.run, error))) {
      return this.#retreat(error);
    }
    if (error instanceof PatienceSpentError) this.#options.forgetRun(job.run);
    log.error({ job: job.id, kind: job.kind, error: error instanceof Error ? error.message : error }, "job failed");
    return error;
  }

  #refuse(run: string, { message, remedy }: PomonaError): HandBackError {
    const { standing, log } = this.#options;
    const until = Date.now() + refusalMs;
    for (const [other, refusal] of this.#refusals) if (refusal.until < Date.now()) this.#forget(other);
    this.#refusals.set(run, { message, until });
    const isNews = standing.suffers(run, `refuses run ${run}: ${message}`);
    if (isNews) log.warn({ run, remedy }, `run refused: ${message}`);
    return new HandBackError(message, { restMs: refusalRestMs });
  }

  #forget(run: string): void {
    this.#refusals.delete(run);
    this.#options.standing.recovers(run);
  }

  async #othersFareBetter(run: string, { weather, giveUpAfterMs }: PatienceSpentError): Promise<boolean> {
    try {
      return (await this.#options.registry.sinceSuccess(run, weather)) < giveUpAfterMs;
    } catch {
      // Without Redis nobody knows, and a failure could not be told either.
      return true;
    }
  }

  #retreat({ message, remedy }: PatienceSpentError): HandBackError {
    const { standing, log } = this.#options;
    const restMs = Math.min(longestRestMs, 1000 * 2 ** this.#failedAlone);
    this.#failedAlone += 1;
    const isNews = standing.suffers("storage", `fails alone: ${message}`);
    if (isNews) log.warn({ remedy }, `storage fails here and works for others, the batch is handed back: ${message}`);
    return new HandBackError(message, { restMs });
  }
}
