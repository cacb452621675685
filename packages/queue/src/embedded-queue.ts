import type { ConsumeOptions, Consumer, Job, JobCounts, JobEnded, JobHandler, JobQueue, QueueName } from "@pomona/core";
import { EmbeddedConsumer } from "./embedded-consumer.ts";
import { EmbeddedLine } from "./embedded-line.ts";

/**
 * Queues within one process, for runs without Redis. They hold nothing that outlives it, and an idle consumer does
 * not keep the process alive.
 */
export class EmbeddedQueue implements JobQueue {
  readonly #lines: Record<QueueName, EmbeddedLine> = { features: new EmbeddedLine(), reduce: new EmbeddedLine() };
  #isClosed = false;

  async add(queue: QueueName, jobs: readonly Job[]): Promise<void> {
    this.#openLine(queue).add(jobs);
  }

  consume(queue: QueueName, handler: JobHandler, { concurrency }: ConsumeOptions): Consumer {
    const line = this.#openLine(queue);
    const consumer = new EmbeddedConsumer(line, handler, concurrency);
    line.consumers.add(consumer);
    line.serve();
    return consumer;
  }

  onEnded(queue: QueueName, listener: (event: JobEnded) => void): () => void {
    const { listeners } = this.#openLine(queue);
    // The same function given twice is told twice, and each subscription ends alone.
    const own = (event: JobEnded): void => listener(event);
    listeners.add(own);
    return () => void listeners.delete(own);
  }

  onInterrupted(): () => void {
    // Nothing is lost within one process.
    return () => {};
  }

  async slots(queue: QueueName): Promise<number> {
    return [...this.#openLine(queue).consumers].reduce((sum, { slots }) => sum + slots, 0);
  }

  async counts(queue: QueueName): Promise<JobCounts> {
    return this.#openLine(queue).counts();
  }

  async removeWaiting(queue: QueueName, run: string): Promise<number> {
    return this.#openLine(queue).removeWaiting(run);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const consumers = Object.values(this.#lines).flatMap((line) => [...line.consumers]);
    await Promise.all(consumers.map((consumer) => consumer.close()));
  }

  #openLine(queue: QueueName): EmbeddedLine {
    if (this.#isClosed) throw new Error(`the queue ${queue} is closed`);
    return this.#lines[queue];
  }
}
