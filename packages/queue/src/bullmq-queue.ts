import type {
  ConsumeOptions,
  Consumer,
  Job,
  JobCounts,
  JobEnded,
  JobHandler,
  JobQueue,
  PomonaError,
  QueueName,
} from "@pomona/core";
import { Queue } from "bullmq";
import { addAtOnce, jobOptions, requirePointer } from "./bullmq-settings.ts";
import { EndedEvents } from "./ended-events.ts";
import { insist } from "./insist.ts";
import { InterruptionWatch } from "./interruption-watch.ts";
import { PoolConsumer } from "./pool-consumer.ts";
import { type ConsumerAbout, type LiveConsumer, PoolRegistry } from "./pool-registry.ts";
import { type ScriptedRedis, withScripts } from "./queue-scripts.ts";
import type { RedisAddress } from "./redis-address.ts";
import { openRedis } from "./redis-connection.ts";
import { readInfo } from "./redis-info.ts";
import { requireConcurrency } from "./require-concurrency.ts";
import { TroubleReport } from "./trouble-report.ts";

export interface BullmqQueueOptions {
  readonly address: RedisAddress;
  /** Of all keys, in braces so that a cluster keeps them together. */
  readonly prefix: string;
  /** Asked each time that a consumer says that it is alive. */
  readonly about: () => ConsumerAbout;
  readonly stuckAfterMs: number;
  readonly onNotice: (notice: string) => void;
  readonly onFatal: (error: PomonaError) => void;
}

/**
 * Queues in Redis, shared by any number of processes. Requests fail after 5 s without Redis, with a PomonaError;
 * consumers and listeners wait for it as long as it takes.
 *
 * Redis may lose any of it: an end that nobody heard of is as possible as a job that is done twice. Whoever waits for
 * jobs reconciles with the store, at once when {@link onInterrupted} says so.
 */
export class BullmqQueue implements JobQueue {
  readonly #options: BullmqQueueOptions;
  readonly #trouble: TroubleReport;
  readonly #redis: ScriptedRedis;
  /** What the pool keeps beside its jobs: home, who is alive, progress. */
  readonly registry: PoolRegistry;
  readonly #queues = new Map<QueueName, Queue>();
  readonly #consumers = new Set<PoolConsumer>();
  readonly #events = new Map<QueueName, Promise<EndedEvents | undefined>>();
  readonly #endedListeners = new Map<QueueName, Set<(event: JobEnded) => void>>();
  readonly #interruptedListeners = new Set<(reason: string) => void>();
  #watch: InterruptionWatch | undefined;
  #isClosed = false;

  constructor(options: BullmqQueueOptions) {
    this.#options = options;
    const { address, prefix, onNotice } = options;
    this.#trouble = new TroubleReport(address, onNotice);
    this.#redis = withScripts(openRedis(address, "impatient"));
    this.#trouble.follow(this.#redis);
    this.registry = new PoolRegistry(this.#redis, prefix, (request) => this.#insist(request));
  }

  /** Connects; requests before that would fail. */
  async open(): Promise<void> {
    await insist(async () => {
      // After a first failure the client tries again by itself.
      if (this.#redis.status === "wait") await this.#redis.connect();
      await this.#redis.ping();
    }, this.#options.address);
  }

  async add(queue: QueueName, jobs: readonly Job[]): Promise<void> {
    const target = this.#queue(queue);
    for (const job of jobs) requirePointer(job);
    const key = this.#keysOf(queue);
    for (let from = 0; from < jobs.length; from += addAtOnce) {
      const some = jobs.slice(from, from + addAtOnce);
      const entries = some.map((job) => ({ name: job.kind, data: job, opts: jobOptions(job) }));
      await this.#insist(async () => {
        const ids = some.map(({ id }) => id);
        await this.#redis.pomonaForgetEnded(key("completed"), key("failed"), key(""), ...ids);
        await target.addBulk(entries);
      });
    }
  }

  consume(queue: QueueName, handler: JobHandler, { concurrency }: ConsumeOptions): Consumer {
    requireConcurrency(concurrency);
    this.#requireOpen(queue);
    const { address, prefix, about, stuckAfterMs, onFatal } = this.#options;
    const redis = withScripts(openRedis(address, "patient"));
    this.#trouble.follow(redis);
    const consumer = new PoolConsumer({
      queue,
      prefix,
      handler,
      concurrency,
      redis,
      about,
      stuckAfterMs,
      onStuck: onFatal,
      onTrouble: this.#trouble.report,
    });
    this.#consumers.add(consumer);
    return consumer;
  }

  onEnded(queue: QueueName, listener: (event: JobEnded) => void): () => void {
    this.#requireOpen(queue);
    const listeners = this.#endedListeners.get(queue) ?? new Set();
    this.#endedListeners.set(queue, listeners);
    // The same function given twice is told twice, and each subscription ends alone.
    const own = (event: JobEnded): void => listener(event);
    listeners.add(own);
    if (!this.#events.has(queue)) this.#events.set(queue, this.#follow(queue, listeners));
    return () => void listeners.delete(own);
  }

  onInterrupted(listener: (reason: string) => void): () => void {
    const own = (reason: string): void => listener(reason);
    this.#interruptedListeners.add(own);
    this.#watch ??= new InterruptionWatch(this.#redis, this.#options.prefix, (reason) => this.#interrupted(reason));
    return () => void this.#interruptedListeners.delete(own);
  }

  async counts(queue: QueueName): Promise<JobCounts> {
    const target = this.#queue(queue);
    const counts = await this.#insist(() => target.getJobCounts("wait", "prioritized", "delayed", "active"));
    const { wait = 0, prioritized = 0, delayed = 0, active = 0 } = counts;
    return { waiting: wait + prioritized + delayed, active };
  }

  async slots(queue: QueueName): Promise<number> {
    return (await this.consumers(queue)).reduce((sum, { slots }) => sum + slots, 0);
  }

  /** Says now, not at the next sign of life, what the consumers of this process say of themselves. */
  announce(): void {
    for (const consumer of this.#consumers) consumer.announce();
  }

  /** Who takes jobs of this queue now, in any process. */
  consumers(queue: QueueName): Promise<LiveConsumer[]> {
    return this.registry.consumers(queue);
  }

  /** BullMQ's own view of a queue, for Bull Board alone. Closed with this. */
  bullmqView(queue: QueueName): Queue {
    return this.#queue(queue);
  }

  /** What `INFO` of the server says, field by field. */
  async serverInfo(): Promise<ReadonlyMap<string, string>> {
    return readInfo(await this.#insist(() => this.#redis.info()));
  }

  /** Where the pool's runs are registered, as its coordinator said; undefined where none ever ran. */
  home(): Promise<string | undefined> {
    return this.registry.home();
  }

  setHome(home: string): Promise<void> {
    return this.registry.setHome(home);
  }

  removeWaiting(queue: QueueName, run: string): Promise<number> {
    this.#requireOpen(queue);
    const key = this.#keysOf(queue);
    return this.#insist(() =>
      this.#redis.pomonaRemoveWaiting(key("wait"), key("prioritized"), key("delayed"), key(""), `${run}-`),
    );
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(Array.from(this.#consumers, (consumer) => consumer.close()));
    this.#watch?.stop();
    const events = await Promise.all(this.#events.values());
    await Promise.allSettled(events.map((followed) => followed?.close()));
    await Promise.allSettled(Array.from(this.#queues.values(), (queue) => queue.close()));
    this.#redis.disconnect();
  }

  async #follow(queue: QueueName, listeners: ReadonlySet<(event: JobEnded) => void>): Promise<EndedEvents | undefined> {
    const { address, prefix } = this.#options;
    const events = this.#keysOf(queue)("events");
    // The first request is sent before this returns: before any job that the caller adds next.
    const [last] = await this.#persist(() => this.#redis.xrevrange(events, "+", "-", "COUNT", 1));
    if (this.#isClosed) return undefined;
    return new EndedEvents({
      queue,
      prefix,
      redis: openRedis(address, "patient"),
      after: last?.[0] ?? "0-0",
      onEnded: (event) => {
        // A listener that throws is a fault of its owner: it must not keep others from being told.
        for (const listener of listeners) queueMicrotask(() => listener(event));
      },
      onUnclear: (id, reason) => this.#interrupted(`job ${id} ended without a result: ${reason}`),
      onTrouble: this.#trouble.report,
    });
  }

  /** Repeats a request until it is answered or the queue is closed. */
  async #persist<T extends readonly unknown[]>(request: () => Promise<T>): Promise<T | readonly []> {
    while (!this.#isClosed) {
      try {
        return await this.#insist(request);
      } catch (error) {
        this.#trouble.report(error as Error);
      }
    }
    return [];
  }

  #interrupted(reason: string): void {
    for (const listener of this.#interruptedListeners) queueMicrotask(() => listener(reason));
  }

  #insist<T>(request: () => Promise<T>): Promise<T> {
    return insist(request, this.#options.address);
  }

  #queue(name: QueueName): Queue {
    this.#requireOpen(name);
    const queue = this.#queues.get(name) ?? this.#openQueue(name);
    this.#queues.set(name, queue);
    return queue;
  }

  #openQueue(name: QueueName): Queue {
    const queue = new Queue(name, { connection: this.#redis, prefix: this.#options.prefix, skipVersionCheck: true });
    // It repeats the errors of our connection, and prints them where nobody listens.
    queue.on("error", this.#trouble.report);
    return queue;
  }

  #keysOf(queue: QueueName): (name: string) => string {
    return (name) => `${this.#options.prefix}:${queue}:${name}`;
  }

  #requireOpen(queue: QueueName): void {
    if (this.#isClosed) throw new Error(`the queue ${queue} is closed`);
  }
}
