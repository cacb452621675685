import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { FaultProxy } from "../support/fault-proxy.ts";
import { weights } from "../support/places.ts";
import { type Ended, pomona } from "../support/pomona.ts";
import { type RedisOptions, startRedis, type TestRedis } from "../support/redis.ts";
import type { S3Server } from "../support/versitygw.ts";
import { waitFor } from "../support/wait-for.ts";
import { corpus, runOptions } from "./corpus.ts";
import { Member, type Role } from "./member.ts";

export interface PoolOptions {
  readonly coordinators?: number;
  readonly workers?: number;
  readonly reducers?: number;
  readonly redis?: RedisOptions;
  /** More flags of a role. */
  readonly flags?: Partial<Readonly<Record<Role, readonly string[]>>>;
  /** More of the environment of workers. */
  readonly workerEnvironment?: Readonly<Record<string, string>>;
}

export interface PoolPlace {
  readonly s3: S3Server;
  readonly scratch: string;
  readonly home: string;
}

export interface SubmitOptions {
  readonly input?: string;
  /** Default: those of the reference; `any` for those that each worker finds. */
  readonly network?: "any";
  readonly flags?: readonly string[];
}

/** Nobody restarts a coordinator that ended so long ago. */
const abandonedMs = 10_000;

/** A Redis and the processes around it. */
export class Pool {
  readonly redis: TestRedis;
  readonly members: Member[] = [];
  readonly #place: PoolPlace;
  readonly #options: PoolOptions;

  private constructor(place: PoolPlace, options: PoolOptions, redis: TestRedis) {
    this.#place = place;
    this.#options = options;
    this.redis = redis;
  }

  /** `onEnd` is told how to end it, before anything that may fail. */
  static async open(
    place: PoolPlace,
    options: PoolOptions,
    onEnd: (close: () => Promise<void>) => void,
  ): Promise<Pool> {
    const pool = new Pool(place, options, await startRedis(options.redis));
    onEnd(() => pool.close());
    const { coordinators = 1, workers = 2, reducers = 1, workerEnvironment } = options;
    for (let i = 0; i < coordinators; i++) await pool.start("coordinator");
    for (let i = 0; i < workers; i++) await pool.start("worker", workerEnvironment);
    for (let i = 0; i < reducers; i++) await pool.start("reducer");
    return pool;
  }

  async start(role: Role, environment: Readonly<Record<string, string>> = {}): Promise<Member> {
    const { s3, scratch, home } = this.#place;
    const own = { coordinator: [], worker: ["--workers", "1"], reducer: ["--processes", "1"] };
    const member = await Member.start({
      role,
      args: ["--health-port", "0", ...own[role], ...(this.#options.flags?.[role] ?? [])],
      scratch,
      env: { ...s3.env, POMONA_HOME: home, POMONA_WEIGHTS: weights, ...environment },
      s3Endpoint: s3.endpoint,
      redisPort: this.redis.port,
    });
    this.members.push(member);
    return member;
  }

  of(role: Role): Member[] {
    return this.members.filter((member) => member.role === role);
  }

  /** Lets a fault befall the requests to S3 of all that run now. */
  inject(choose: Parameters<FaultProxy["inject"]>[0]): void {
    for (const { s3 } of this.members) s3.inject(choose);
  }

  /** A client's command against this pool. */
  client(...args: string[]): Promise<Ended> {
    const { s3, scratch, home } = this.#place;
    const env = { ...s3.env, POMONA_HOME: home, POMONA_S3_ENDPOINT: s3.endpoint, POMONA_REDIS: this.redis.url };
    return pomona(args, { scratch, env });
  }

  /** Submits a run and returns its id. */
  async submit(out: string, { input = corpus, network, flags = [] }: SubmitOptions = {}): Promise<string> {
    const ended = await this.client(
      "submit",
      input,
      "--out",
      out,
      "--home",
      this.#place.home,
      ...(network === "any" ? [] : ["--weights", weights]),
      ...runOptions,
      ...flags,
      "--json",
    );
    if (ended.code !== 0) throw new Error(`submit: exit ${ended.code}: ${ended.stdout}${ended.stderr}`);
    return String(ended.json.run);
  }

  /** Waits for `_SUCCESS`, which is its seconds. Throws where the run fails or takes too long. */
  async finished(folder: string, { seconds = 180 } = {}): Promise<number> {
    const startedAt = performance.now();
    let drivenAt = startedAt;
    await waitFor(
      `the end of ${folder}`,
      async () => {
        const failure = await failureIn(folder);
        if (failure !== undefined) throw new Error(`the run failed: ${failure}`);
        if (this.of("coordinator").some(({ isAlive }) => isAlive)) drivenAt = performance.now();
        if (performance.now() - drivenAt > abandonedMs) throw new Error("there is no coordinator any more");
        return existsSync(join(folder, "_SUCCESS"));
      },
      { seconds, everyMs: 50 },
    );
    return (performance.now() - startedAt) / 1000;
  }

  /** Waits until the run fails, and tells of what. */
  failed(folder: string): Promise<string> {
    return waitFor("the failure of the run", () => failureIn(folder), { seconds: 120, everyMs: 100 });
  }

  /** Has a failed run tried again, to its end. */
  async retry(run: string, folder: string): Promise<void> {
    const retried = await this.client("retry", run);
    if (retried.code !== 0) throw new Error(`retry: ${retried.stderr}`);
    await waitFor("the retry", async () => (await failureIn(folder)) === undefined, { seconds: 30 });
    await this.finished(folder);
  }

  /** Waits until every process is at work, and workers have loaded their engine. */
  async ready(): Promise<void> {
    const word = { coordinator: "coordinator started", worker: "engine loaded", reducer: "reducer started" };
    const isReady = (member: Member): boolean => member.said().includes(word[member.role]);
    await waitFor("all processes", () => this.members.every(isReady), { seconds: 60, everyMs: 50 });
  }

  /** The last words of all. */
  said(): string {
    return this.members.map((member) => `${member.role} ${member.pid}: ${member.said().slice(-1500)}`).join("\n");
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.members.map((member) => member.close()));
    await this.redis.close();
  }
}

/** Why the newest entry of the log says that the run failed. */
export async function failureIn(folder: string): Promise<string | undefined> {
  const log = join(folder, "_run/log");
  const newest = (await readdir(log).catch(() => [])).sort().at(-1);
  if (newest === undefined) return undefined;
  const entry = JSON.parse(await readFile(join(log, newest), "utf8").catch(() => "{}"));
  return entry.kind === "failed" ? entry.failure.message : undefined;
}
