/** Work on a thread of the pool, from {@link ThreadPoolClock.begin} to its end. */
export interface PoolWork {
  readonly kind: string;
  readonly submittedAt: number;
  /** When a thread took it; undefined while it waits for one. */
  startedAt: number | undefined;
  /** False where that was heard late. */
  isStartKnown: boolean;
}

const knownLength = 31;

/**
 * How long work on libuv's threads takes without its waiting for one. Nothing but the end of work is told, so:
 *
 *   starts  in the order of submission, as libuv's queue has it: at once where a thread is free, else when one gets free
 *   ends    when this thread hears of it; late, where it was blocked by work of its own ({@link wasBlocked})
 *
 * Work whose start or end was heard late is taken to last as long as the others of its kind (their median): the engine
 * blocks the thread most of the time, and what was over long ago would be taken for slow.
 */
export class ThreadPoolClock {
  readonly #threads: number;
  readonly #now: () => number;
  /** The last durations of each kind whose start and end were heard in time. */
  readonly #known = new Map<string, number[]>();
  #busy = 0;
  #waiting: PoolWork[] = [];
  /** Times that this thread was blocked and has not heard since of what ended meanwhile. */
  #blocks = 0;

  constructor({ threads, now = () => performance.now() }: { readonly threads: number; readonly now?: () => number }) {
    this.#threads = threads;
    this.#now = now;
  }

  begin(kind: string): PoolWork {
    const submittedAt = this.#now();
    const isFree = this.#busy < this.#threads;
    const work = { kind, submittedAt, startedAt: isFree ? submittedAt : undefined, isStartKnown: isFree };
    if (isFree) this.#busy += 1;
    else this.#waiting.push(work);
    return work;
  }

  /** Milliseconds that the work took. `at`: when this thread heard of its end. */
  end(work: PoolWork, at = this.#now()): number {
    const isLate = this.#blocks > 0;
    const { startedAt } = work;
    if (startedAt === undefined) this.#waiting = this.#waiting.filter((other) => other !== work);
    else this.#passOn(at, isLate);
    const known = this.#known.get(work.kind) ?? [];
    if (startedAt === undefined || isLate || !work.isStartKnown) {
      return Math.min(at - work.submittedAt, median(known));
    }
    const ms = at - startedAt;
    this.#known.set(work.kind, [...known.slice(1 - knownLength), ms]);
    return ms;
  }

  /** This thread did something that kept it from hearing of anything, until now. */
  wasBlocked(): void {
    this.#blocks += 1;
    const unblock = (): void => {
      this.#blocks -= 1;
    };
    // The first may come before the event loop hears of what ended by now, the second comes after that.
    setImmediate(() => setImmediate(unblock));
  }

  #passOn(at: number, isLate: boolean): void {
    const next = this.#waiting.shift();
    if (next === undefined) {
      this.#busy -= 1;
      return;
    }
    next.startedAt = at;
    next.isStartKnown = !isLate;
  }
}

/** Infinite where nothing is known. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.POSITIVE_INFINITY;
}
