/** Images that a run hands out for one tick of its time. */
const imagesPerTick = 64;

/** Priorities end at 2,097,150 in BullMQ: long before that, at 67 million images, time is set back. */
const setBackAt = 2 ** 20;

/** Told by how much the priorities of all jobs that wait are to be lowered, to 0 at most. */
export type SetBackListener = (ticks: number) => void;

/** The turns of one run: what its next job's priority is. */
export interface Turns {
  /** Priority of a job of so many images; the run's time goes on by them. */
  take(images: number): number;
  onSetBack(listener: SetBackListener): () => void;
  /** The run hands out no more. */
  end(): void;
}

/**
 * Fair queueing of runs by virtual time (Demers, Keshav, Shenker 1989): a run's time goes on with the images it hands
 * out, the smallest time is served first, and a run that begins starts at the smallest time of those that are active. So
 * a small run beside a big one gets every second turn instead of waiting for its end. Only differences of time matter, so
 * that of all runs is set back together before it becomes too large.
 */
export class VirtualTime {
  readonly #active = new Set<{ time: number }>();
  readonly #setBackListeners = new Set<SetBackListener>();
  #latest = 0;

  begin(): Turns {
    const run = { time: this.#now() };
    this.#active.add(run);
    return {
      take: (images) => {
        if (run.time >= setBackAt) this.#setBack();
        const priority = Math.floor(run.time);
        run.time += images / imagesPerTick;
        this.#latest = Math.max(this.#latest, priority);
        return priority;
      },
      onSetBack: (listener) => {
        this.#setBackListeners.add(listener);
        return () => this.#setBackListeners.delete(listener);
      },
      end: () => {
        this.#active.delete(run);
      },
    };
  }

  /** With no run active time stands still: jobs of ended runs may still wait. */
  #now(): number {
    if (this.#active.size === 0) return this.#latest;
    return Math.min(...Array.from(this.#active, ({ time }) => time));
  }

  /** To the smallest time; but one that was left far behind, by a pause, does not hold back all others. */
  #setBack(): void {
    const ticks = Math.floor(Math.max(this.#now(), setBackAt / 2));
    for (const run of this.#active) run.time = Math.max(0, run.time - ticks);
    this.#latest = Math.max(0, this.#latest - ticks);
    for (const listener of this.#setBackListeners) listener(ticks);
  }
}
