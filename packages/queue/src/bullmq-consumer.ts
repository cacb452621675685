import { setTimeout as sleep } from "node:timers/promises";
import { type Consumer, HandBackError, type Job, type JobHandler, PomonaError, type QueueName } from "@pomona/core";
import { type Job as BullmqJob, WaitingError } from "bullmq";
import { workerSettings } from "./bullmq-settings.ts";
import { type CompletedOutcome, completedOutcome, FailedOutcome } from "./job-outcome.ts";
import { LeavableWorker } from "./leavable-worker.ts";
import type { ScriptedRedis } from "./queue-scripts.ts";

export interface BullmqConsumerOptions {
  readonly queue: QueueName;
  readonly prefix: string;
  readonly handler: JobHandler;
  readonly concurrency: number;
  /** A patient connection of its own. The consumer closes it. */
  readonly redis: ScriptedRedis;
  /** Told of errors that are no job's. */
  readonly onTrouble: (error: Error) => void;
}

interface ActiveJob {
  readonly id: string;
  readonly bullmqJob: BullmqJob<Job, CompletedOutcome>;
  readonly token: string;
  readonly abort: AbortController;
  /** Lets go of the job: what its handler still answers is not reported. */
  readonly letGo: () => void;
}

/** Redis may be away while a consumer closes: it is given so long, then stalled jobs are found by other consumers. */
const goodbyeMs = 3000;

/**
 * Runs jobs with a BullMQ worker. What becomes of a job:
 *
 *     handler resolves ─▶ completed      handler throws ─▶ failed, the outcome as its message
 *     handler throws HandBackError, or the grace of close is over ─▶ back to waiting; the consumer may rest then
 *     lock lost (paused process, Redis away for more than 10 s) ─▶ aborted, another consumer has it
 */
export class BullmqConsumer implements Consumer {
  readonly #worker: LeavableWorker<Job, CompletedOutcome>;
  readonly #redis: ScriptedRedis;
  readonly #handler: JobHandler;
  readonly #active = new Set<ActiveJob>();
  readonly #onTrouble: (error: Error) => void;
  readonly slots: number;
  #lastStart = performance.now();
  #closing: Promise<void> | undefined;
  #rest: NodeJS.Timeout | undefined;
  #becomeIdle = (): void => {};

  constructor({ queue, prefix, handler, concurrency, redis, onTrouble }: BullmqConsumerOptions) {
    this.#redis = redis;
    this.#handler = handler;
    this.#onTrouble = onTrouble;
    this.slots = concurrency;
    this.#worker = new LeavableWorker(queue, (job, token) => this.#run(job, token ?? ""), {
      connection: redis,
      prefix,
      concurrency,
      // The server was looked at when the queue was connected; BullMQ would print its own warnings.
      skipVersionCheck: true,
      ...workerSettings,
    });
    this.#worker.on("lockRenewalFailed", (ids) => this.#lose(ids));
    this.#worker.on("error", (error) => this.#report(error));
  }

  get active(): number {
    return this.#active.size;
  }

  get isClosing(): boolean {
    return this.#closing !== undefined;
  }

  /** Takes no job for a while, since it could do none. */
  get isResting(): boolean {
    return this.#rest !== undefined;
  }

  /** When a job was last begun, on the clock of `performance.now()`. */
  get lastStart(): number {
    return this.#lastStart;
  }

  async close({ graceMs }: { readonly graceMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#stop();
    const timer = graceMs === undefined ? undefined : setTimeout(() => void this.#handBackAll(), graceMs);
    await this.#closing;
    clearTimeout(timer);
  }

  async #stop(): Promise<void> {
    clearTimeout(this.#rest);
    const idle = new Promise<void>((resolve) => {
      this.#becomeIdle = resolve;
      if (this.#active.size === 0) resolve();
    });
    const closed = this.#worker.close();
    await Promise.race([closed, idle.then(() => sleep(goodbyeMs, undefined, { ref: false }))]);
    // Requests that still wait for Redis fail now, and the worker's loop ends.
    this.#redis.disconnect();
    await this.#worker.leave();
  }

  async #run(bullmqJob: BullmqJob<Job, CompletedOutcome>, token: string): Promise<CompletedOutcome> {
    this.#lastStart = performance.now();
    const job = bullmqJob.data;
    const abort = new AbortController();
    const { promise: released, resolve: letGo } = withResolvers();
    const active: ActiveJob = { id: job.id, bullmqJob, token, abort, letGo };
    this.#active.add(active);
    try {
      const handled = this.#handle(job, { signal: abort.signal, restarts: bullmqJob.stalledCounter });
      const outcome = await Promise.race([handled, released]);
      // BullMQ's way to say that the job is no longer ours to end.
      if (outcome === undefined) throw new WaitingError();
      return outcome;
    } catch (error) {
      if (error instanceof WaitingError) throw error;
      if (!(error instanceof HandBackError)) throw new FailedOutcome(job, error);
      this.#restFor(error.restMs);
      await this.#handBack(active);
      throw new WaitingError();
    } finally {
      this.#active.delete(active);
      if (this.#active.size === 0) this.#becomeIdle();
    }
  }

  async #handle(job: Job, context: Parameters<JobHandler>[1]): Promise<CompletedOutcome> {
    return completedOutcome(job, await this.#handler(job, context));
  }

  #restFor(ms: number): void {
    if (ms === 0 || this.isClosing) return;
    clearTimeout(this.#rest);
    // Jobs in hand go on.
    void this.#worker.pause(true);
    this.#rest = setTimeout(() => {
      this.#rest = undefined;
      this.#lastStart = performance.now();
      if (!this.isClosing) void this.#worker.resume();
    }, ms);
    this.#rest.unref();
  }

  async #handBack({ bullmqJob, token }: ActiveJob): Promise<void> {
    await bullmqJob.moveToWait(token);
    // BullMQ wakes nobody for a job that goes back to a priority: an idle consumer would see it 5 s later.
    await this.#redis.zadd(this.#worker.keys.marker ?? "", 0, "0");
  }

  async #handBackAll(): Promise<void> {
    const all = [...this.#active];
    const returned = Promise.allSettled(all.map((active) => this.#handBack(active)));
    await Promise.race([returned, sleep(goodbyeMs, undefined, { ref: false })]);
    for (const { abort, letGo } of all) {
      abort.abort(new Error("the consumer closes: the job was handed back"));
      letGo();
    }
  }

  #report(error: Error): void {
    // Told by #lose, in our words.
    if (error.message.startsWith("could not renew lock")) return;
    const id = /^(?:Missing lock|Missing key|Lock mismatch) for job (.+?)\. /.exec(error.message)?.[1];
    if (id === undefined) this.#onTrouble(error);
    else this.#onTrouble(new PomonaError("job-lost", `another consumer took job ${id}: what was done here is void`));
  }

  #lose(ids: readonly string[]): void {
    for (const { id, abort, letGo } of this.#active) {
      if (!ids.includes(id)) continue;
      const message = `job ${id} was held without a sign of life for too long and is given up`;
      this.#onTrouble(new PomonaError("job-lost", message));
      abort.abort(new Error(`the lock of job ${id} was lost`));
      letGo();
    }
  }
}

/** As Promise.withResolvers, which Node 20 lacks. */
function withResolvers(): { readonly promise: Promise<undefined>; readonly resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<undefined>((settle) => {
    resolve = () => settle(undefined);
  });
  return { promise, resolve };
}
