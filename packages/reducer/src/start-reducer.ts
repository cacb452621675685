import type { JobQueue } from "@pomona/core";
import type { S3Options } from "@pomona/store";
import { ReducePool } from "./reduce-pool.ts";

export interface ReducerOptions {
  readonly queue: Pick<JobQueue, "consume">;
  /** Absolute location of the home where runs are registered. */
  readonly home: string;
  /** Child processes, jobs at the same time, and threads of all of them together. */
  readonly processes: number;
  /** Of child processes; default: this process's own. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** How S3 is spoken to, where runs are there. */
  readonly s3?: S3Options | undefined;
}

export interface Reducer {
  /** Starts a child process before the first job comes. Harmless when one is there. */
  warm(): void;
  /** Takes no more jobs and finishes those in flight; after `graceMs` (default: for ever) they are handed back. */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

/** Does the jobs of queue `reduce` until it is closed. */
export function startReducer(options: ReducerOptions): Reducer {
  const { queue, home, processes, environment, s3 } = options;
  const pool = new ReducePool({ home, processes, environment, s3 });
  const consumer = queue.consume("reduce", (job, { signal }) => pool.run(job, { signal }), { concurrency: processes });
  return {
    warm: () => pool.warm(),
    async close(options) {
      try {
        await consumer.close(options);
      } finally {
        await pool.close();
      }
    },
  };
}
