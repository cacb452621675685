import { type JobCounts, PomonaError, type QueueName, type RunProgress } from "@pomona/core";
import { type BullmqQueue, connectQueue, type LiveConsumer } from "@pomona/queue";

/** What Redis knows of the pool, at one moment. */
export interface PoolState {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Why Redis could not be asked; everything else is then as it was last. */
  readonly trouble: string | undefined;
  readonly coordinators: readonly LiveConsumer[];
  readonly workers: readonly LiveConsumer[];
  readonly reducers: readonly LiveConsumer[];
  readonly jobs: Readonly<Record<QueueName, JobCounts>>;
  readonly progress: ReadonlyMap<string, RunProgress>;
  readonly redis: RedisState | undefined;
}

export interface RedisState {
  readonly version: string;
  readonly usedBytes: number;
  /** 0 where there is no limit. */
  readonly maxBytes: number;
}

export interface PoolLinkOptions {
  /** Undefined: there is no Redis, and nothing is asked. */
  readonly url: string | undefined;
  /** The unfinished runs, whose progress is asked for. */
  readonly activeRuns: () => Iterable<string>;
  readonly onNotice: (notice: string) => void;
}

/** However many people look, Redis is asked no more often. */
const freshMs = 1000;
const serverInfoEveryMs = 10_000;
const connectEveryMs = 3000;

const nothing: JobCounts = { waiting: 0, active: 0 };
const empty: PoolState = {
  at: 0,
  trouble: undefined,
  coordinators: [],
  workers: [],
  reducers: [],
  jobs: { features: nothing, reduce: nothing },
  progress: new Map(),
  redis: undefined,
};

/**
 * The dashboard's one connection to Redis, which may be away at any time, from the start too. Asked at most once a second,
 * by nobody when nobody looks.
 */
export class PoolLink {
  readonly #options: PoolLinkOptions;
  #queue: BullmqQueue | undefined;
  #connecting: Promise<void> | undefined;
  #triedAt = 0;
  #state: PoolState = empty;
  #asking: Promise<PoolState> | undefined;
  #askedServerAt = 0;
  #isClosed = false;

  constructor(options: PoolLinkOptions) {
    this.#options = options;
  }

  get isConfigured(): boolean {
    return this.#options.url !== undefined;
  }

  /** Undefined while there is no connection yet. */
  get queue(): BullmqQueue | undefined {
    return this.#queue;
  }

  /** As it was asked last, however long ago. */
  get latest(): PoolState {
    return this.#state;
  }

  /** As of a second ago at most. Never rejects. */
  async state(): Promise<PoolState> {
    if (!this.isConfigured || Date.now() - this.#state.at < freshMs) return this.#state;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  /** Where the pool's runs are registered; undefined where Redis does not say. */
  async home(): Promise<string | undefined> {
    await this.state();
    return this.#queue?.home().catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#connecting;
    await this.#queue?.close();
  }

  async #ask(): Promise<PoolState> {
    try {
      const queue = await this.#connected();
      const { registry } = queue;
      const [coordinators, workers, reducers, features, reduce, progress, redis] = await Promise.all([
        registry.consumers("coordinator"),
        registry.consumers("features"),
        registry.consumers("reduce"),
        queue.counts("features"),
        queue.counts("reduce"),
        this.#progress(queue),
        this.#server(queue),
      ]);
      const jobs = { features, reduce };
      this.#state = { at: Date.now(), trouble: undefined, coordinators, workers, reducers, jobs, progress, redis };
    } catch (error) {
      const trouble = error instanceof Error ? error.message : String(error);
      // What was told of progress is over: the store says how far a run is.
      this.#state = { ...this.#state, at: Date.now(), trouble, progress: new Map() };
    }
    return this.#state;
  }

  async #connected(): Promise<BullmqQueue> {
    if (this.#queue !== undefined) return this.#queue;
    if (this.#connecting === undefined && Date.now() - this.#triedAt >= connectEveryMs) {
      this.#triedAt = Date.now();
      this.#connecting = this.#connect().finally(() => {
        this.#connecting = undefined;
      });
    }
    await this.#connecting;
    if (this.#queue === undefined)
      throw new PomonaError("redis-unreachable", this.#state.trouble ?? "not connected yet");
    return this.#queue;
  }

  async #connect(): Promise<void> {
    const { url = "", onNotice } = this.#options;
    const queue = await connectQueue({ url, role: "producer", onNotice });
    if (this.#isClosed) await queue.close();
    else this.#queue = queue;
  }

  async #progress(queue: BullmqQueue): Promise<Map<string, RunProgress>> {
    const told = await Promise.all(
      Array.from(this.#options.activeRuns(), async (run) => [run, await queue.registry.progress(run)] as const),
    );
    return new Map(told.flatMap(([run, progress]) => (progress === undefined ? [] : [[run, progress]])));
  }

  async #server(queue: BullmqQueue): Promise<RedisState | undefined> {
    if (Date.now() - this.#askedServerAt < serverInfoEveryMs) return this.#state.redis;
    const info = await queue.serverInfo();
    this.#askedServerAt = Date.now();
    return {
      version: info.get("redis_version") ?? "unknown",
      usedBytes: Number(info.get("used_memory") ?? 0),
      maxBytes: Number(info.get("maxmemory") ?? 0),
    };
  }
}
