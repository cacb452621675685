import type { QueueName, RunProgress } from "@pomona/core";
import type { ScriptedRedis } from "./queue-scripts.ts";

/** A consumer of a queue, as the coordinator and operators see it. */
export interface LiveConsumer extends ConsumerAbout {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** Jobs that it takes at once. */
  readonly slots: number;
}

/** Under which name a process says that it is alive: the queue that it takes jobs of, or `coordinator`. */
export type Announced = QueueName | "coordinator";

/** What a role says of itself. */
export interface ConsumerAbout {
  readonly role?: string;
  readonly version?: string;
  readonly engine?: string;
  /** Why it does less than it could: it refuses a run, or fails where others do not. */
  readonly trouble?: string;
  readonly vitals?: ProcessVitals;
}

/** How a process fares, as of its last word. */
export interface ProcessVitals {
  /** ISO times. */
  readonly startedAt: string;
  readonly progressAt: string;
  /** Resident memory of the process and its children in bytes, as far as they are known. */
  readonly rssBytes: number;
  /** Jobs that it took since it started. */
  readonly jobs: number;
  /** Images that it featurized or put into quarantine since it started; 0 for a process that decodes none. */
  readonly images: number;
  /** Over the last seconds. */
  readonly imagesPerSecond: number;
  /** Jobs that it took whose last holder had died or was cut off. */
  readonly restarts: number;
  /** What computes: `cpu` or `gpu`. */
  readonly device?: string;
  /** Processes that decode for one that infers; absent where each does both. */
  readonly decoders?: number;
  /** Share of the last seconds' time that the engines waited although there were images, 0…1; absent where none computed. */
  readonly engineWait?: number;
}

/** How often a consumer says that it is alive, and how long it is believed; a stop-the-world pause fits in between. */
export const announceEveryMs = 5000;
const believedSeconds = 16;

/** Progress of a run that nobody told for this long is forgotten. */
const progressSeconds = 60;
/** Nobody asks after weather so old. */
const weatherSeconds = 24 * 3600;

type Requester = <T>(make: () => Promise<T>) => Promise<T>;

/** What a pool keeps in Redis beside its jobs. All of it is written again by whoever is alive after Redis was emptied. */
export class PoolRegistry {
  readonly #redis: ScriptedRedis;
  readonly #prefix: string;
  readonly #request: Requester;

  /** `request` makes each request, again where that may help. Default: once. */
  constructor(redis: ScriptedRedis, prefix: string, request: Requester = (make) => make()) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#request = request;
  }

  /** Where the pool's runs are registered: a folder or `s3://bucket/prefix`, as its coordinator said. */
  async home(): Promise<string | undefined> {
    return (await this.#request(() => this.#redis.get(`${this.#prefix}:home`))) ?? undefined;
  }

  async setHome(home: string): Promise<void> {
    await this.#request(() => this.#redis.set(`${this.#prefix}:home`, home));
  }

  /** To be repeated every {@link announceEveryMs}. */
  async announce(name: Announced, consumer: LiveConsumer): Promise<void> {
    await this.#request(() => this.#redis.pomonaAnnounce(...this.#keys(name), consumer.id, JSON.stringify(consumer)));
  }

  async withdraw(name: Announced, id: string): Promise<void> {
    const [times, descriptions] = this.#keys(name);
    await this.#request(() => this.#redis.multi().zrem(times, id).hdel(descriptions, id).exec());
  }

  async consumers(name: Announced): Promise<LiveConsumer[]> {
    const descriptions = await this.#request(() => this.#redis.pomonaAlive(...this.#keys(name), believedSeconds));
    return descriptions.map((text) => JSON.parse(text) as LiveConsumer);
  }

  /** How far a run is, for whoever follows it. Never the truth: that is in the store. */
  async setProgress(run: string, progress: RunProgress): Promise<void> {
    const text = JSON.stringify(progress);
    await this.#request(() => this.#redis.set(this.#progressKey(run), text, "EX", progressSeconds));
  }

  /** Undefined where nobody told any for a minute. */
  async progress(run: string): Promise<RunProgress | undefined> {
    const text = await this.#request(() => this.#redis.get(this.#progressKey(run)));
    return text === null ? undefined : (JSON.parse(text) as RunProgress);
  }

  /** Somebody wrote into the log of this run: its coordinator should look now. */
  async poke(run: string): Promise<void> {
    await this.#request(() => this.#redis.sadd(this.#pokesKey, run));
  }

  /** The runs that were poked since the last call, each once. */
  takePokes(): Promise<string[]> {
    return this.#request(() => this.#redis.spop(this.#pokesKey, 1000));
  }

  /** Notes, by the clock of Redis, that these operations on the stores of a run succeeded just now. */
  async noteSuccess(run: string, operations: readonly string[]): Promise<void> {
    await this.#request(() => this.#redis.pomonaNote(this.#weatherKey(run), weatherSeconds, ...operations));
  }

  /** Milliseconds since any process had a success of the operation; infinite where none had in the last day. */
  async sinceSuccess(run: string, operation: string): Promise<number> {
    const ms = await this.#request(() => this.#redis.pomonaSince(this.#weatherKey(run), operation));
    return ms < 0 ? Number.POSITIVE_INFINITY : ms;
  }

  #weatherKey(run: string): string {
    return `${this.#prefix}:weather:${run}`;
  }

  get #pokesKey(): string {
    return `${this.#prefix}:pokes`;
  }

  #progressKey(run: string): string {
    return `${this.#prefix}:progress:${run}`;
  }

  #keys(name: Announced): [times: string, descriptions: string] {
    const root = `${this.#prefix}:consumers:${name}`;
    return [root, `${root}:about`];
  }
}
