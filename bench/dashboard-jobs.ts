import type { Job } from "@pomona/core";
import { connectQueue } from "@pomona/queue";

/** Served after everything that a real run asks for. */
const last = 1_000_000;
/** More than the queue keeps of ended ones. */
const ended = 600;

/**
 * Fills the queues of a pool as its roles would: jobs that wait by priority, some delayed, and the completed and failed
 * ones that the queue keeps of a few hundred. Returns how many there are of each state.
 */
export async function fillQueues(url: string, run: string, jobs: number): Promise<Record<string, number>> {
  const queue = await connectQueue({ url, role: "consumer" });
  try {
    const job = (n: number): Job => ({ kind: "features", id: `${run}-f${n}-e1-0`, run, batch: n, priority: last + n });
    await endSome();
    const waiting = Math.floor(jobs * 0.9);
    await queue.add(
      "features",
      numbers(waiting).map((n) => job(ended + n)),
    );
    const reductions = Math.floor(jobs * 0.05);
    await queue.add(
      "reduce",
      numbers(reductions).map((n) => ({
        ...job(n),
        kind: "csv",
        id: `${run}-c${n}-e1`,
        generation: 1,
        part: n,
        flavour: "full",
      })),
    );
    const features = queue.bullmqView("features");
    const delayed = numbers(jobs - waiting - reductions).map((n) => {
      const data = job(ended + waiting + n);
      return { name: data.kind, data, opts: { jobId: data.id, delay: 3_600_000 } };
    });
    for (let from = 0; from < delayed.length; from += 1000) await features.addBulk(delayed.slice(from, from + 1000));
    return await features.getJobCounts("prioritized", "delayed", "completed", "failed");

    async function endSome(): Promise<void> {
      let over = 0;
      let wake = (): void => {};
      const done = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const stop = queue.onEnded("features", () => {
        over += 1;
        if (over === ended) wake();
      });
      await queue.add("features", numbers(ended).map(job));
      const consumer = queue.consume(
        "features",
        async ({ id }) => {
          if (Number(/-f(\d+)-/.exec(id)?.[1]) % 2 === 1) throw new Error("it cannot be done");
          return { rows: 1, quarantined: 0, decoded: 1 };
        },
        { concurrency: 8 },
      );
      await done;
      stop();
      await consumer.close();
    }
  } finally {
    await queue.close();
  }
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}
