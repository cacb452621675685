import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { type Job, type JobResult, PomonaError } from "@pomona/core";
import { reduceEnvironment } from "./reduce-environment.ts";
import { type FromReduceChild, fromFailure, type ReduceSettings, type ToReduceChild } from "./reduce-messages.ts";

export interface ReducePoolOptions extends ReduceSettings {
  /** Children at most. They are started when first needed, warmed, or as a spare beside a busy one, and reused. */
  readonly processes: number;
  /** Of children; default: this process's own. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** How long a child that has done jobs may have nothing to do before it is ended. Default 5000. */
  readonly idleMs?: number;
}

/** Child processes that do reduce jobs, one each at a time, since a job blocks its thread. */
export class ReducePool {
  readonly #settings: ReduceSettings;
  readonly #processes: number;
  readonly #idleMs: number;
  readonly #environment: ReducePoolOptions["environment"];
  #idle: ChildProcess[] = [];
  readonly #all = new Set<ChildProcess>();
  readonly #waiting: (() => void)[] = [];
  /** Jobs in hand. */
  #jobs = 0;
  /** Jobs that a child was given. */
  readonly #jobsOf = new WeakMap<ChildProcess, number>();
  #closed = false;

  constructor({ processes, idleMs = 5000, environment, ...settings }: ReducePoolOptions) {
    this.#settings = settings;
    this.#processes = processes;
    this.#idleMs = idleMs;
    this.#environment = environment;
  }

  /**
   * Has a child do the job, after waiting for a free one. Aborting kills the child and rejects with the signal's reason.
   *
   * @throws PomonaError as the job threw it; `reducer-died` where the child died, which may be tried again
   */
  async run(job: Job, { signal }: { readonly signal?: AbortSignal } = {}): Promise<JobResult> {
    const child = await this.#acquire();
    const kill = () => child.kill("SIGKILL");
    signal?.addEventListener("abort", kill);
    try {
      signal?.throwIfAborted();
      this.#spare();
      this.#jobs += 1;
      this.#jobsOf.set(child, (this.#jobsOf.get(child) ?? 0) + 1);
      return await ask(child, job, this.#threads()).finally(() => {
        this.#jobs -= 1;
      });
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    } finally {
      signal?.removeEventListener("abort", kill);
      this.#release(child);
    }
  }

  /** Starts a child before the first job comes, so that it has its libraries by then. */
  warm(): void {
    if (this.#all.size === 0 && !this.#closed) this.#idle.push(this.#start());
  }

  /** Process numbers of the living children. */
  get pids(): number[] {
    return [...this.#all].flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  }

  /** Ends all children. A job in flight is lost; whoever wants it done waits for it first. */
  async close(): Promise<void> {
    this.#closed = true;
    const ended = [...this.#all].map((child) => once(child, "exit"));
    for (const child of this.#all) if (child.connected) child.disconnect();
    await Promise.all(ended);
  }

  /** Two processes scale better than two threads, but jobs that one waits for leave cores idle. */
  #threads(): number {
    return Math.max(1, Math.floor(this.#processes / this.#jobs));
  }

  async #acquire(): Promise<ChildProcess> {
    for (;;) {
      if (this.#closed) throw new Error("the reducer is closed");
      const child = this.#idle.pop();
      if (child !== undefined && isAlive(child)) return child;
      if (this.#all.size < this.#processes) return this.#start();
      if (child === undefined) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** The next job finds a child that has its libraries: jobs that one waits for leave cores idle meanwhile. */
  #spare(): void {
    if (this.#idle.length === 0 && this.#all.size < this.#processes && !this.#closed) this.#idle.push(this.#start());
  }

  #release(child: ChildProcess): void {
    if (isAlive(child)) {
      this.#idle.push(child);
      this.#endWhenIdle(child);
    }
    this.#waiting.shift()?.();
  }

  /** What jobs leave in its memory is twice what a new one takes, and another child may need the room. */
  #endWhenIdle(child: ChildProcess): void {
    const jobs = this.#jobsOf.get(child) ?? 0;
    const end = (): void => {
      const hasHadMore = this.#jobsOf.get(child) !== jobs;
      if (hasHadMore || !this.#idle.includes(child)) return;
      this.#idle = this.#idle.filter((other) => other !== child);
      child.disconnect();
    };
    setTimeout(end, this.#idleMs).unref();
  }

  #start(): ChildProcess {
    const child = fork(new URL("./reduce-child.js", import.meta.url), {
      execArgv: ["--expose-gc"],
      ...(this.#environment && { env: reduceEnvironment(this.#environment) }),
      // Standard output belongs to the command's own result, so a child's goes to standard error.
      stdio: ["ignore", 2, 2, "ipc"],
    });
    this.#all.add(child);
    const gone = () => {
      this.#all.delete(child);
      this.#waiting.shift()?.();
    };
    child.once("exit", gone);
    // One that could not be started has no exit; other errors are followed by it.
    child.on("error", () => {
      if (child.pid === undefined) gone();
    });
    send(child, { kind: "settings", settings: this.#settings });
    return child;
  }
}

/** The child's answer, or how it died. */
function ask(child: ChildProcess, job: Job, threads: number): Promise<JobResult> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: FromReduceChild) => {
      stop();
      if (message.kind === "done") resolve(message.result);
      else reject(fromFailure(message.failure));
    };
    const onExit = (code: number | null, signal: string | null) => {
      stop();
      reject(died(job, child.pid, signal ?? `exit code ${code}`));
    };
    const onError = (error: Error) => {
      stop();
      reject(died(job, child.pid, error.message));
    };
    const stop = () => {
      child.off("message", onMessage);
      child.off("exit", onExit);
      child.off("error", onError);
    };
    child.on("message", onMessage);
    child.on("exit", onExit);
    child.on("error", onError);
    send(child, { kind: "job", job, threads });
  });
}

/** A channel that is closing is no error here: the child's exit is told by its own event. */
function send(child: ChildProcess, message: ToReduceChild): void {
  child.send(message, () => {});
}

function isAlive(child: ChildProcess): boolean {
  return child.connected && child.exitCode === null && child.signalCode === null;
}

function died(job: Job, pid: number | undefined, how: string): PomonaError {
  return new PomonaError("reducer-died", `reduce process ${pid} died (${how}) while doing ${job.kind} job ${job.id}`, {
    remedy: "Run the same command again; SIGKILL usually means that memory ran out: give fewer --workers.",
  });
}
