import type { ChildProcess } from "node:child_process";
import { type FaultProxy, startFaultProxy } from "../support/fault-proxy.ts";
import { type Ended, type Started, startPomona } from "../support/pomona.ts";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.ts";

export type Role = "coordinator" | "worker" | "reducer";

export interface MemberOptions {
  readonly role: Role;
  readonly args: readonly string[];
  readonly scratch: string;
  readonly env: Readonly<Record<string, string>>;
  readonly s3Endpoint: string;
  readonly redisPort: number;
}

/** A process of a pool, in a process group of its own, with proxies of its own to S3 and Redis. It can be started again. */
export class Member {
  readonly role: Role;
  readonly s3: FaultProxy;
  readonly redis: TcpProxy;
  readonly #options: MemberOptions;
  #started: Started;
  readonly #said: string[] = [];

  private constructor(options: MemberOptions, s3: FaultProxy, redis: TcpProxy) {
    this.role = options.role;
    this.#options = options;
    this.s3 = s3;
    this.redis = redis;
    this.#started = this.#spawn();
  }

  static async start(options: MemberOptions): Promise<Member> {
    const s3 = await startFaultProxy(options.s3Endpoint);
    return new Member(options, s3, await startTcpProxy(options.redisPort));
  }

  get pid(): number {
    return this.#started.pid;
  }

  get child(): ChildProcess {
    return this.#started.child;
  }

  /** Of the process as it was started last. */
  get ended(): Promise<Ended> {
    return this.#started.ended;
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Standard error of all its lives. */
  said(): string {
    return [...this.#said, this.#started.said()].join("\n");
  }

  /** To the process and its children, as to a container. */
  signal(name: NodeJS.Signals): void {
    this.#started.signalGroup(name);
  }

  /** SIGTERM as a container gets it: to its first process alone. */
  terminate(): void {
    this.child.kill("SIGTERM");
  }

  async kill9(): Promise<void> {
    this.signal("SIGKILL");
    await this.ended;
  }

  /** Starts it again, after it ended. */
  restart(): void {
    this.#said.push(this.#started.said());
    this.#started = this.#spawn();
  }

  async close(): Promise<void> {
    // A stopped process does not even die of SIGTERM.
    await this.kill9();
    await Promise.all([this.s3.close(), this.redis.close()]);
  }

  #spawn(): Started {
    const { role, args, scratch, env } = this.#options;
    return startPomona([role, ...args], {
      scratch,
      env: {
        ...env,
        POMONA_S3_ENDPOINT: this.s3.endpoint,
        POMONA_REDIS: `redis://127.0.0.1:${this.redis.port}`,
      },
    });
  }
}
