import type { Job } from "@pomona/core";

export interface WaitingJob {
  readonly job: Job;
  /** Place in the order of adding. A job that is handed back keeps it. */
  readonly sequence: number;
}

/** Jobs in the order in which they are served: lowest priority first, then first added. */
export class WaitingJobs {
  /** In reverse, so that the next one is taken off the end. */
  #reversed: WaitingJob[] = [];

  get size(): number {
    return this.#reversed.length;
  }

  insert(waiting: WaitingJob): void {
    let low = 0;
    for (let high = this.#reversed.length; low < high; ) {
      const middle = (low + high) >>> 1;
      const other = this.#reversed[middle];
      if (other !== undefined && isServedBefore(waiting, other)) low = middle + 1;
      else high = middle;
    }
    this.#reversed.splice(low, 0, waiting);
  }

  takeNext(): WaitingJob | undefined {
    return this.#reversed.pop();
  }

  /** Takes out the jobs of a run and returns them. */
  removeRun(run: string): Job[] {
    const removed = this.#reversed.filter(({ job }) => job.run === run);
    this.#reversed = this.#reversed.filter(({ job }) => job.run !== run);
    return removed.map(({ job }) => job);
  }
}

function isServedBefore(a: WaitingJob, b: WaitingJob): boolean {
  if (a.job.priority !== b.job.priority) return a.job.priority < b.job.priority;
  return a.sequence < b.sequence;
}
