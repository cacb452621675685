import { Worker, type WorkerOptions } from "bullmq";
import { copiesOf } from "./copied-connections.ts";
import type { ScriptedRedis } from "./queue-scripts.ts";

/** A BullMQ worker that can be left although Redis is away. Its own `close` waits for Redis then, with timers that keep the process alive. */
export class LeavableWorker<Data, Result> extends Worker<Data, Result> {
  readonly #copies: ReturnType<typeof copiesOf>;

  constructor(
    name: string,
    processor: ConstructorParameters<typeof Worker<Data, Result>>[1],
    { connection, ...options }: WorkerOptions & { readonly connection: ScriptedRedis },
  ) {
    // Before BullMQ makes the first one.
    const copies = copiesOf(connection);
    super(name, processor, { connection, ...options });
    this.#copies = copies;
  }

  /** After `close` was called, and had its time. Harmless where that has ended. */
  async leave(): Promise<void> {
    for (const copy of this.#copies) copy.disconnect();
    await this.lockManager.close();
  }
}
