import type { JobHandler } from "@pomona/core";
import type { EmbeddedLine, JobTaker } from "./embedded-line.ts";
import { requireConcurrency } from "./require-concurrency.ts";
import type { WaitingJob } from "./waiting-jobs.ts";

/** Runs up to `concurrency` jobs of one line at a time. */
export class EmbeddedConsumer implements JobTaker {
  readonly #line: EmbeddedLine;
  readonly #handler: JobHandler;
  readonly #concurrency: number;
  readonly #active = new Map<WaitingJob, AbortController>();
  readonly #idle: Promise<void>;
  #becomeIdle: () => void = () => {};
  #isClosing = false;

  constructor(line: EmbeddedLine, handler: JobHandler, concurrency: number) {
    requireConcurrency(concurrency);
    this.#line = line;
    this.#handler = handler;
    this.#concurrency = concurrency;
    this.#idle = new Promise((resolve) => {
      this.#becomeIdle = resolve;
    });
  }

  get slots(): number {
    return this.#isClosing ? 0 : this.#concurrency;
  }

  get free(): number {
    return this.#isClosing ? 0 : this.#concurrency - this.#active.size;
  }

  start(waiting: WaitingJob): void {
    const abort = new AbortController();
    this.#active.set(waiting, abort);
    void this.#run(waiting, abort);
  }

  async close({ graceMs }: { readonly graceMs?: number } = {}): Promise<void> {
    this.#isClosing = true;
    if (this.#active.size === 0) this.#becomeIdle();
    const timer = graceMs === undefined ? undefined : setTimeout(() => this.#handBackAll(), graceMs);
    await this.#idle;
    clearTimeout(timer);
    this.#line.consumers.delete(this);
  }

  async #run(waiting: WaitingJob, abort: AbortController): Promise<void> {
    try {
      const result = await this.#handler(waiting.job, { signal: abort.signal, restarts: 0 });
      if (this.#release(waiting)) this.#line.complete(waiting, result);
    } catch (error) {
      if (this.#release(waiting)) this.#line.fail(waiting, error);
    }
    if (this.#isClosing && this.#active.size === 0) this.#becomeIdle();
  }

  /** False when the job was handed back meanwhile: what became of it here no longer counts. */
  #release(waiting: WaitingJob): boolean {
    return this.#active.delete(waiting);
  }

  #handBackAll(): void {
    for (const [waiting, abort] of this.#active) {
      this.#active.delete(waiting);
      this.#line.handBack(waiting);
      abort.abort(new Error("the consumer closes: the job was handed back"));
    }
    this.#becomeIdle();
  }
}
